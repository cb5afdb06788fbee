package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Installation;
import io.carillon.servers.InstalledServer;
import io.carillon.servers.Jdk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** WildFly, set up by its own command line. */
final class WildFly extends InstalledServer implements EnterpriseServer {
  private static final String VERSION = System.getProperty("wildfly.version", "39.0.1.Final");

  private final int managementPort = LocalProcesses.freePort();

  private final Path jdk;
  private final String name;

  WildFly(Path folder) {
    this(folder, Jdk.own(), "WildFly");
  }

  /**
   * @param folder of its own
   * @param name in the table of servers
   */
  WildFly(Path folder, Path jdk, String name) {
    super(folder.resolve("wildfly"));
    this.jdk = jdk;
    this.name = name;
  }

  @Override
  public Product product() {
    return new Product(name, VERSION, "10", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    Installation installation = install(Installation.distribution("wildfly-" + VERSION), settings);
    installation.set("JAVA_HOME", jdk.toString());
    installation.put(Deliverables.driver(), "postgresql.jar");
    installation.put(Deliverables.ear(), "carillon.ear");
    installation.put(Deliverables.config("wildfly/carillon.cli"), "carillon.cli");
    installation.run("bin/jboss-cli.sh", "--file=carillon.cli");
    installation.set("PREPEND_JAVA_OPTS", ThreadsOnServers.WATCH);
    startProcess(
        "bin/standalone.sh",
        "-Djboss.http.port=" + address().getPort(),
        "-Djboss.https.port=" + LocalProcesses.freePort(),
        "-Djboss.management.http.port=" + managementPort);
    awaitReady();
  }

  private void cli(String commands) throws IOException {
    installation()
        .run(
            "bin/jboss-cli.sh",
            "--connect",
            "--controller=127.0.0.1:" + managementPort,
            "--commands=" + commands);
  }

  @Override
  public void redeploy() throws IOException {
    cli("deploy --force carillon.ear");
    awaitReady();
  }

  @Override
  public void replace(Path ear) throws IOException {
    installation().put(ear, "carillon.ear");
  }

  @Override
  public void deploy(Path war, String name) throws IOException {
    installation().put(war, name + ".war");
    cli("deploy " + name + ".war");
  }

  @Override
  public void addUser(String name, String role) throws IOException {
    installation().run("bin/add-user.sh", "-a", "-u", name, "-p", name, "-g", role);
  }
}
