package io.carillon.servers;

import io.carillon.check.NodeProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.catalina.util.ServerInfo;

/** The jar that brings its own Tomcat. */
final class RunnableJar implements ServerUnderTest {
  private static final Duration MAX_STOP = Duration.ofSeconds(30);

  private final Path folder;
  private final Path jdk;
  private final String name;
  private NodeProcess process;

  RunnableJar(Path folder) {
    this(folder, Jdk.own(), "runnable jar");
  }

  /**
   * @param folder of its own
   * @param name in the table of servers
   */
  RunnableJar(Path folder, Path jdk, String name) {
    this.folder = folder;
    this.jdk = jdk;
    this.name = name;
  }

  @Override
  public Product product() {
    return new Product(name, "Tomcat " + ServerInfo.getServerNumber(), "10, parts", "carillon.jar");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    process = new NodeProcess(folder.resolve("node"), settings, jdk);
    process.awaitReady();
  }

  @Override
  public InetSocketAddress address() {
    return process.address();
  }

  /** Stops the process, and starts another in its place. */
  @Override
  public void redeploy() {
    process.terminate();
    process.awaitEnd(MAX_STOP);
    process.start();
    process.awaitReady();
  }

  @Override
  public ProcessHandle process() {
    return process.handle();
  }

  @Override
  public String log() {
    return process.output();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
