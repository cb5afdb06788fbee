package io.carillon.servers;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;

/**
 * {@code carillon-tomcat.war} on a stock Tomcat, in a process of its own, with the set-up that
 * {@code docs/tomcat.md} tells of. Tomcat's manager deploys the application again.
 */
public final class StockTomcat extends InstalledServer {
  private static final Path WAR = Path.of("target", "carillon-tomcat.war").toAbsolutePath();
  private static final Path SET_UP = Path.of("src", "main", "stock").toAbsolutePath();
  private static final Duration MAX_DEPLOYMENT = Duration.ofMinutes(4); // the machine may be busy
  private static final String OPERATOR = "operator";

  private final Path distribution = Installation.distribution("apache-tomcat-10");
  private final String contextPath;

  /**
   * @param folder of its own
   * @param contextPath where the application is to be; empty for the root
   */
  public StockTomcat(Path folder, String contextPath) {
    super(folder.resolve("tomcat"));
    this.contextPath = contextPath;
  }

  @Override
  public Product product() {
    String version = distribution.getFileName().toString().replace("apache-tomcat-", "");
    return new Product("Tomcat", version, "10, parts", WAR.getFileName().toString());
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    Installation installation = install(distribution, settings);
    Path home = installation.home();
    installation.set("CATALINA_HOME", home.toString());
    installation.set("CATALINA_BASE", home.toString());
    installation.set(
        "CATALINA_OPTS",
        "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dhttp.port=" + address().getPort());
    installation.put(SET_UP.resolve("server.xml"), "conf/server.xml");
    Files.writeString(
        home.resolve("conf/logging.properties"),
        "\norg.apache.catalina.core.AsyncContextImpl.level = SEVERE\n",
        StandardOpenOption.APPEND);
    installation.putTomcatUser(OPERATOR, "manager-script");
    keepOnlyTheManager(home);
    installation.put(WAR, "webapps/" + fileName());
    startProcess("bin/catalina.sh", "run");
    awaitReady();
  }

  private static void keepOnlyTheManager(Path home) throws IOException {
    Path all = home.resolve("webapps");
    Path unused = home.resolve("unused");
    Files.move(all, unused);
    Files.createDirectory(all);
    Files.move(unused.resolve("manager"), all.resolve("manager"));
  }

  private String fileName() {
    return contextPath.isEmpty() ? "ROOT.war" : contextPath.substring(1) + ".war";
  }

  @Override
  public String contextPath() {
    return contextPath;
  }

  @Override
  public void redeploy() throws IOException {
    String war = URLEncoder.encode(WAR.toUri().toString(), StandardCharsets.UTF_8);
    String path = contextPath.isEmpty() ? "/" : contextPath;
    manage("deploy?update=true&path=" + path + "&war=" + war);
    if (send(request(contextPath + "/health/ready")).statusCode() != 200) {
      throw new IllegalStateException("not ready after a deployment:\n" + log());
    }
  }

  private void manage(String command) throws IOException {
    String login =
        Base64.getEncoder()
            .encodeToString((OPERATOR + ':' + OPERATOR).getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> answer =
        send(request("/manager/text/" + command).header("Authorization", "Basic " + login));
    if (!answer.body().startsWith("OK")) {
      throw new IllegalStateException(command + ": " + answer.body() + '\n' + log());
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + path))
        .timeout(MAX_DEPLOYMENT);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
