package io.carillon.ear;

import io.carillon.servers.Installation;
import io.carillon.servers.InstalledServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** TomEE, set up by a script of ours, since it has no tool for that. */
final class TomEe extends InstalledServer implements EnterpriseServer {
  private static final String VERSION = System.getProperty("tomee.version", "9.0.0");

  TomEe(Path folder) {
    super(folder.resolve("tomee"));
  }

  @Override
  public Product product() {
    return new Product("TomEE plus", VERSION, "9.1", "carillon.ear");
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    Installation installation =
        install(Installation.distribution("apache-tomee-plus-" + VERSION), settings);
    installation.set(
        "CATALINA_OPTS",
        "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 " + ThreadsOnServers.WATCH);
    for (String own : List.of("docs", "host-manager", "manager")) { // they start slowly
      installation.remove("webapps/" + own);
    }
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
            .replace("port=\"8080\"", "port=\"" + address().getPort() + "\" address=\"127.0.0.1\"")
            .replace("port=\"8005\"", "port=\"-1\""));
    run();
  }

  private void run() throws IOException {
    startProcess("bin/catalina.sh", "run");
    awaitReady();
  }

  /** It has no way to take an EAR away that it found in its folder: it is started again. */
  /** CXF dispatches some requests a second time, which Tomcat refuses for a path with one. */
  @Override
  public boolean takesBackslashes() {
    return false;
  }

  @Override
  public void redeploy() throws IOException {
    stopProcess();
    run();
  }

  @Override
  public void replace(Path ear) throws IOException {
    installation().put(ear, "apps/carillon.ear");
  }

  @Override
  public void deploy(Path war, String name) throws IOException {
    installation().put(war, "webapps/" + name + ".war"); // which the server looks at
  }

  /** The server reads the file when it starts. */
  @Override
  public void addUser(String name, String role) throws IOException {
    installation().putTomcatUser(name, role);
  }
}
