package io.carillon.servers;

import io.carillon.node.LocalProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code carillon-tomcat.war} on a stock Tomcat, in a process of its own, with the set-up that
 * {@code docs/tomcat.md} tells of. Tomcat's manager deploys the application again.
 */
public final class StockTomcat implements ServerUnderTest {
  private static final Path WAR = Path.of("target", "carillon-tomcat.war").toAbsolutePath();
  private static final Path SET_UP = Path.of("src", "main", "stock").toAbsolutePath();
  private static final Duration MAX_START = Duration.ofMinutes(4); // the machine may be busy
  private static final Duration MAX_STOP = Duration.ofSeconds(40);
  private static final int SHOWN_CHARACTERS = 6_000;
  private static final String OPERATOR = "operator";

  private final Path home;
  private final Path base;
  private final String contextPath;
  private final int port = LocalProcesses.freePort();
  private Process process;

  /**
   * @param folder of its own
   * @param contextPath where the application is to be; empty for the root
   */
  public StockTomcat(Path folder, String contextPath) throws IOException {
    this.home = distribution();
    this.base = folder.resolve("tomcat");
    this.contextPath = contextPath;
    for (String name : List.of("conf", "logs", "temp", "webapps", "work")) {
      Files.createDirectories(base.resolve(name));
    }
    copy(home.resolve("conf"), base.resolve("conf"));
    copy(home.resolve("webapps/manager"), base.resolve("webapps/manager"));
    Files.copy(
        SET_UP.resolve("server.xml"),
        base.resolve("conf/server.xml"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(
        base.resolve("conf/logging.properties"),
        "\norg.apache.catalina.core.AsyncContextImpl.level = SEVERE\n",
        StandardOpenOption.APPEND);
    Files.writeString(
        base.resolve("conf/tomcat-users.xml"),
        "<tomcat-users xmlns=\"http://tomcat.apache.org/xml\"><user username=\""
            + OPERATOR
            + "\" password=\""
            + OPERATOR
            + "\" roles=\"manager-script\"/></tomcat-users>");
    Files.copy(WAR, base.resolve("webapps").resolve(fileName()));
  }

  /** Tomcat as the build has unpacked it. */
  static Path distribution() throws IOException {
    Path folder = Path.of(System.getProperty("servers.folder", "target/servers")).toAbsolutePath();
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.getFileName().toString().startsWith("apache-tomcat-10"))
          .findFirst()
          .orElseThrow();
    }
  }

  private String fileName() {
    return contextPath.isEmpty() ? "ROOT.war" : contextPath.substring(1) + ".war";
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  @Override
  public Product product() {
    String version = home.getFileName().toString().replace("apache-tomcat-", "");
    return new Product("Tomcat", version, "10, parts", WAR.getFileName().toString());
  }

  @Override
  public void start(Map<String, String> settings) throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    all.put("JAVA_HOME", System.getProperty("java.home"));
    all.put("CATALINA_HOME", home.toString());
    all.put("CATALINA_BASE", base.toString());
    all.put(
        "CATALINA_OPTS", "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dhttp.port=" + port);
    ProcessBuilder builder =
        new ProcessBuilder("sh", home.resolve("bin/catalina.sh").toString(), "run")
            .directory(base.toFile())
            .redirectErrorStream(true)
            .redirectOutput(base.resolve("output").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(all);
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    long deadline = System.nanoTime() + MAX_START.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("not ready:\n" + endOfLog());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private boolean isReady() {
    try {
      return send(request(contextPath + "/health/ready")).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(MAX_START);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", port);
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
    if (!isReady()) {
      throw new IllegalStateException("not ready after a deployment:\n" + endOfLog());
    }
  }

  /** Whether no class loader of an application that was taken away is left, as Tomcat finds it. */
  String leaks() throws IOException {
    return manage("findleaks?statusLine=true");
  }

  private String manage(String command) throws IOException {
    String login =
        Base64.getEncoder()
            .encodeToString((OPERATOR + ':' + OPERATOR).getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> answer =
        send(request("/manager/text/" + command).header("Authorization", "Basic " + login));
    if (!answer.body().startsWith("OK")) {
      throw new IllegalStateException(command + ": " + answer.body() + '\n' + endOfLog());
    }
    return answer.body();
  }

  @Override
  public ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public String log() {
    try {
      return Files.readString(base.resolve("output"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String endOfLog() {
    String all = log();
    return all.substring(Math.max(0, all.length() - SHOWN_CHARACTERS));
  }

  /**
   * Asks it to end, and waits for that.
   *
   * @return its status
   */
  int stop() {
    process.destroy(); // SIGTERM
    try {
      if (!process.waitFor(MAX_STOP.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("it does not end:\n" + endOfLog());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
