package io.carillon.servers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** A server that is unpacked, set up by its own tools, and run in a process of its own. */
public abstract class InstalledServer implements ServerUnderTest {
  private final Path home;
  private final InetSocketAddress address = ServerProcess.freeAddress();
  private Installation installation; // null until it is installed
  private ServerProcess process; // null until it is started

  /**
   * Names its place.
   *
   * @param home where it is to be installed
   */
  protected InstalledServer(Path home) {
    this.home = home;
  }

  /** Copies it to its place. */
  protected final Installation install(Path distribution, Map<String, String> settings) {
    installation = new Installation(distribution, home);
    settings.forEach(installation::set);
    return installation;
  }

  protected final Installation installation() {
    return installation;
  }

  /** Starts its process, which may listen a while later. */
  protected final ServerProcess startProcess(String... command) throws IOException {
    process = new ServerProcess(installation, address, contextPath(), command);
    return process;
  }

  /** Stops the process, as an operator does, and waits for its end. */
  protected final void stopProcess() {
    process.close();
  }

  protected final void awaitReady() {
    process.awaitReady();
  }

  @Override
  public final InetSocketAddress address() {
    return address;
  }

  @Override
  public final ProcessHandle process() {
    return process.java();
  }

  @Override
  public final String log() {
    return process.log();
  }

  @Override
  public final void close() {
    if (process != null) {
      process.close();
    }
  }
}
