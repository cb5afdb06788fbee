package io.carillon.ear;

import io.carillon.servers.Installation;
import io.carillon.servers.InstalledServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Payara, set up by asadmin. */
final class Payara extends InstalledServer implements EnterpriseServer {
  private static final String VERSION = System.getProperty("payara.version", "6.2025.9");
  private static final String DOMAIN = "carillon";

  /** A domain's ports, from its base on. */
  private static final int HTTP = 80;

  private static final int ADMIN = 48;

  private final int base = address().getPort() - HTTP;

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
    installation.put(Deliverables.ear(), "carillon.ear");
    installation.put(Deliverables.config("payara/carillon.asadmin"), "carillon.asadmin");
    installation.run(
        "bin/asadmin",
        "--user",
        "admin",
        "create-domain",
        "--nopassword",
        "--portbase",
        Integer.toString(base),
        DOMAIN);
    installation.put(Deliverables.driver(), "glassfish/domains/" + DOMAIN + "/lib/postgresql.jar");
    watchThreads();
    startProcess("bin/asadmin", "start-domain", "--verbose", DOMAIN).awaitListening(base + ADMIN);
    asadmin("multimode", "--file", "carillon.asadmin");
    asadmin("deploy", "carillon.ear");
    awaitReady();
  }

  private void watchThreads() throws IOException {
    Path domain =
        installation().home().resolve("glassfish/domains/" + DOMAIN + "/config/domain.xml");
    Files.writeString(
        domain,
        Files.readString(domain)
            .replaceFirst(
                "<java-config[^>]*>",
                "$0<jvm-options>" + ThreadsOnServers.WATCH + "</jvm-options>"));
  }

  private void asadmin(String... command) throws IOException {
    String[] all = new String[command.length + 3];
    all[0] = "bin/asadmin";
    all[1] = "--port";
    all[2] = Integer.toString(base + ADMIN);
    System.arraycopy(command, 0, all, 3, command.length);
    installation().run(all);
  }

  @Override
  public void redeploy() throws IOException {
    asadmin("undeploy", "carillon");
    asadmin("deploy", "carillon.ear");
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
