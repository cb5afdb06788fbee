package io.carillon.ear;

import io.carillon.node.LocalProcesses;
import io.carillon.servers.Installation;
import io.carillon.servers.InstalledServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Payara with the domain that it comes with, on ports of its own, set up by asadmin. */
final class Payara extends InstalledServer implements EnterpriseServer {
  private static final String VERSION = System.getProperty("payara.version", "6.2025.9");
  private static final String DOMAIN = "domain1";

  /** Of the domain's listeners that nobody here asks. */
  static final List<String> OTHER_PORTS =
      List.of("8181", "3700", "3820", "3920", "7676", "8686", "6666");

  private final int adminPort = LocalProcesses.freePort();

  Payara(Path folder) {
    super(folder.resolve("payara"));
  }

  @Override
  public Product product() {
    return new Product("Payara", VERSION, "10", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    Installation installation = install(Installation.distribution("payara6"), settings);
    // The tools' JVMs take it as well. The domain has a heap of 512 MB.
    installation.set("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
    installation.put(Deliverables.ear(), "carillon.ear");
    installation.put(Deliverables.config("payara/carillon.asadmin"), "carillon.asadmin");
    Path domain = installation.home().resolve("glassfish/domains").resolve(DOMAIN);
    installation.put(Deliverables.driver(), domain.resolve("lib/postgresql.jar").toString());
    fillIn(domain.resolve("config/domain.xml"));
    startProcess("bin/asadmin", "start-domain", "--verbose", DOMAIN).awaitListening(adminPort);
    asadmin("multimode", "--file", "carillon.asadmin");
    asadmin("restart-domain", DOMAIN);
    asadmin("deploy", "--name", "carillon", "carillon.ear");
    awaitReady();
  }

  private void fillIn(Path file) throws IOException {
    String domain =
        Files.readString(file)
            .replace("port=\"8080\"", "port=\"" + address().getPort() + "\" address=\"127.0.0.1\"")
            .replace("port=\"4848\"", "port=\"" + adminPort + "\" address=\"127.0.0.1\"")
            // Its data grid would ask around for others of its kind.
            .replace(
                "<hazelcast-config-specific-configuration>",
                "<hazelcast-config-specific-configuration enabled=\"false\">")
            .replaceFirst(
                "<java-config[^>]*>",
                "$0<jvm-options>" + ThreadsOnServers.WATCH + "</jvm-options>");
    for (String port : OTHER_PORTS) {
      domain =
          domain.replaceAll("(port=\"?|value=\")" + port + "\\b", "$1" + LocalProcesses.freePort());
    }
    Files.writeString(file, domain);
  }

  private void asadmin(String... command) throws IOException {
    installation()
        .run(
            Stream.concat(
                    Stream.of("bin/asadmin", "--port", Integer.toString(adminPort)),
                    Stream.of(command))
                .toArray(String[]::new));
  }

  /** Grizzly's HttpRequestURIDecoder refuses them, by a constant. */
  @Override
  public boolean takesBackslashes() {
    return false;
  }

  @Override
  public void redeploy() throws IOException {
    asadmin("deploy", "--force", "--name", "carillon", "carillon.ear");
    awaitReady();
  }

  @Override
  public void replace(Path ear) throws IOException {
    installation().put(ear, "carillon.ear");
  }

  @Override
  public void deploy(Path war, String name) throws IOException {
    installation().put(war, name + ".war");
    asadmin("deploy", "--name", name, "--contextroot", name, name + ".war");
  }

  @Override
  public void addUser(String name, String role) throws IOException {
    Path password = installation().home().resolve("password");
    Files.writeString(password, "AS_ADMIN_USERPASSWORD=" + name + "\n");
    asadmin(
        "--passwordfile",
        "password",
        "create-file-user",
        "--groups",
        role,
        "--authrealmname",
        "file",
        name);
  }
}
