package io.carillon.ear;

import io.carillon.servers.Installation;
import io.carillon.servers.ServerProcess;
import io.carillon.servers.ServerUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** Payara, set up by asadmin. */
final class Payara implements ServerUnderTest {
  private static final String VERSION = System.getProperty("payara.version", "6.2025.9");
  private static final String DOMAIN = "carillon";

  /** A domain's ports, from its base on. */
  private static final int HTTP = 80;

  private static final int ADMIN = 48;

  private final Path folder;
  private final InetSocketAddress address = ServerProcess.freeAddress();
  private final int base = address.getPort() - HTTP;
  private Installation installation;
  private ServerProcess process;

  Payara(Path folder) {
    this.folder = folder;
  }

  @Override
  public Product product() {
    return new Product("Payara", VERSION, "10", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    installation = new Installation(Installation.distribution("payara6"), folder.resolve("payara"));
    settings.forEach(installation::set);
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
    process =
        new ServerProcess(
            installation,
            address,
            contextPath(),
            "bin/asadmin",
            "start-domain",
            "--verbose",
            DOMAIN);
    process.awaitListening(base + ADMIN);
    asadmin("multimode", "--file", "carillon.asadmin");
    asadmin("deploy", "carillon.ear");
    process.awaitReady();
  }

  private void asadmin(String... command) throws IOException {
    String[] all = new String[command.length + 3];
    all[0] = "bin/asadmin";
    all[1] = "--port";
    all[2] = Integer.toString(base + ADMIN);
    System.arraycopy(command, 0, all, 3, command.length);
    installation.run(all);
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void redeploy() throws IOException {
    asadmin("undeploy", "carillon");
    asadmin("deploy", "carillon.ear");
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
