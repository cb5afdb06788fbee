package io.carillon.ear;

import io.carillon.servers.Installation;
import io.carillon.servers.ServerProcess;
import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** TomEE, set up by a script of ours, since it has no tool for that. */
final class TomEe implements ServerUnderTest {
  private static final String VERSION = System.getProperty("tomee.version", "9.0.0");

  private final Path folder;
  private final InetSocketAddress address = ServerProcess.freeAddress();
  private Installation installation;
  private ServerProcess process;

  TomEe(Path folder) {
    this.folder = folder;
  }

  @Override
  public Product product() {
    return new Product("TomEE plus", VERSION, "9.1", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    installation =
        new Installation(
            Installation.distribution("apache-tomee-plus-" + VERSION), folder.resolve("tomee"));
    settings.forEach(installation::set);
    installation.set("CATALINA_OPTS", "-Xmx512m");
    installation.run(
        Deliverables.config("tomee/setup.sh").toString(),
        installation.home().toString(),
        Deliverables.ear().toString(),
        Deliverables.driver().toString(),
        Deliverables.persistenceApi().toString());
    Path file = installation.home().resolve("conf/server.xml");
    String ports = Files.readString(file);
    Files.writeString(
        file,
        ports
            .replace("port=\"8080\"", "port=\"" + address.getPort() + "\" address=\"127.0.0.1\"")
            .replace("port=\"8005\"", "port=\"-1\""));
    startProcess();
  }

  private void startProcess() throws IOException {
    process = new ServerProcess(installation, address, contextPath(), "bin/catalina.sh", "run");
    process.awaitReady();
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  /** It has no way to take an EAR away that it found in its folder: it is started again. */
  @Override
  public void redeploy() throws IOException {
    process.close();
    startProcess();
  }

  @Override
  public ProcessHandle process() {
    return process.java();
  }

  @Override
  public String log() {
    return process.log();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
