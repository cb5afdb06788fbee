package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Installation;
import io.carillon.servers.ServerProcess;
import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** WildFly, set up by its own command line. */
final class WildFly implements ServerUnderTest {
  private static final String VERSION = System.getProperty("wildfly.version", "39.0.1.Final");

  private final Path folder;
  private final InetSocketAddress address = ServerProcess.freeAddress();
  private final int managementPort = LocalProcesses.freePort();
  private Installation installation;
  private ServerProcess process;

  WildFly(Path folder) {
    this.folder = folder;
  }

  @Override
  public Product product() {
    return new Product("WildFly", VERSION, "10", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    installation =
        new Installation(
            Installation.distribution("wildfly-" + VERSION), folder.resolve("wildfly"));
    settings.forEach(installation::set);
    installation.put(Deliverables.driver(), "postgresql.jar");
    installation.put(Deliverables.ear(), "carillon.ear");
    installation.put(Deliverables.config("wildfly/carillon.cli"), "carillon.cli");
    installation.run("bin/jboss-cli.sh", "--file=carillon.cli");
    process =
        new ServerProcess(
            installation,
            address,
            contextPath(),
            "bin/standalone.sh",
            "-Djboss.http.port=" + address.getPort(),
            "-Djboss.https.port=" + LocalProcesses.freePort(),
            "-Djboss.management.http.port=" + managementPort);
    process.awaitReady();
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void redeploy() throws IOException {
    installation.run(
        "bin/jboss-cli.sh",
        "--connect",
        "--controller=127.0.0.1:" + managementPort,
        "--commands=undeploy carillon.ear,deploy carillon.ear");
    process.awaitReady();
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
