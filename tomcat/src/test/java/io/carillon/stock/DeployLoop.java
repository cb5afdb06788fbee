package io.carillon.stock;

import java.io.File;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.JreMemoryLeakPreventionListener;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.core.StandardThreadExecutor;
import org.apache.catalina.core.ThreadLocalLeakPreventionListener;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;

/**
 * Deploys and undeploys the WAR again and again in one JVM, on an embedded Tomcat whose class path
 * holds Tomcat and nothing else, with the listeners that a stock Tomcat has. Each time somebody
 * logs in, writes, reads a stream and opens a socket. It prints a line for each round: how many
 * classes are loaded after a collection, and how many applications' class loaders are still there.
 * A process of its own; it knows no other class of the tests.
 */
public final class DeployLoop {
  /** What a line looks like. */
  static final Pattern LINE =
      Pattern.compile(
          "round (?<round>\\d+): (?<classes>\\d+) classes, (?<loaders>\\d+) loaders,"
              + " (?<threads>\\d+) threads, (?<millis>\\d+) ms");

  private static final String CONTEXT = "/carillon";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int MAX_COLLECTIONS = 20;

  private final Tomcat tomcat = new Tomcat();
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
  private final Path war;

  private DeployLoop(Path war, Path folder) {
    this.war = war;
    tomcat.setBaseDir(folder.toString());
    tomcat.enableNaming();
    ((StandardHost) tomcat.getHost()).setAutoDeploy(false);
    tomcat.getServer().addLifecycleListener(new JreMemoryLeakPreventionListener());
    tomcat.getServer().addLifecycleListener(new ThreadLocalLeakPreventionListener());
  }

  /**
   * @param arguments the unpacked WAR, a folder for Tomcat, the number of rounds
   */
  public static void main(String[] arguments) throws Exception {
    DeployLoop loop =
        new DeployLoop(
            Path.of(arguments[0]).toAbsolutePath(), Path.of(arguments[1]).toAbsolutePath());
    try {
      loop.start();
      for (int round = 1; round <= Integer.parseInt(arguments[2]); round++) {
        loop.round(round);
      }
    } catch (Exception e) { // Tomcat's threads would keep the process
      e.printStackTrace();
      System.exit(1);
    }
    if (arguments.length > 3) {
      // To look at by hand: what is left holds the heap until the process is ended.
      System.out.println("waiting");
      Thread.sleep(Long.parseLong(arguments[3]));
    }
    loop.tomcat.stop();
    loop.tomcat.destroy();
  }

  private void start() throws Exception {
    Connector connector = new Connector("HTTP/1.1");
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    // So that threads are replaced at once after an application has stopped, not one each second.
    StandardThreadExecutor threads = new StandardThreadExecutor();
    threads.setName("threads");
    threads.setThreadRenewalDelay(1);
    tomcat.getService().addExecutor(threads);
    connector.getProtocolHandler().setExecutor(threads);
    tomcat.setConnector(connector);
    tomcat.start();
  }

  private void round(int number) throws Exception {
    long began = System.nanoTime();
    StandardContext context = context(number);
    tomcat.getHost().addChild(context);
    if (context.getState() != LifecycleState.STARTED) {
      throw new IllegalStateException("the application does not start");
    }
    loaders.add(new WeakReference<>(context.getLoader().getClassLoader()));
    use();
    tomcat.getHost().removeChild(context);
    context = null;
    long left = collect();
    ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
    System.out.printf(
        "round %d: %d classes, %d loaders, %d threads, %d ms%n",
        number,
        classes.getLoadedClassCount(),
        left,
        Thread.activeCount(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
  }

  private StandardContext context(int number) {
    StandardContext context = new StandardContext();
    context.setName(CONTEXT);
    context.setPath(CONTEXT);
    context.setDocBase(war.toString());
    context.setConfigFile(configFile());
    context.addLifecycleListener(new Tomcat.DefaultWebXmlListener());
    ContextConfig config = new ContextConfig();
    config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
    context.addLifecycleListener(config);
    context.addParameter("CARILLON_DATABASE_URL", "jdbc:h2:mem:round" + number);
    context.addParameter("CARILLON_TOKEN_SECRET", "a secret for tests that is long enough");
    context.addParameter("CARILLON_DEMO", "true");
    context.addParameter("CARILLON_DRAIN_TIME", "0s");
    return context;
  }

  private java.net.URL configFile() {
    try {
      return new File(war.toFile(), "META-INF/context.xml").toURI().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** So that what requests leave behind is there, on Tomcat's threads too. */
  private void use() throws Exception {
    String login = "{\"userId\":\"alice\",\"password\":\"alice\"}";
    HttpResponse<String> session = post("/api/login", login, "");
    Matcher token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(session.body());
    if (!token.find()) {
      throw new IllegalStateException(session.body());
    }
    HttpRequest stream = request("/api/channels/general/events", token.group(1)).GET().build();
    HttpResponse<Stream<String>> events = client.send(stream, HttpResponse.BodyHandlers.ofLines());
    CompletableFuture<WebSocket> opened =
        client
            .newWebSocketBuilder()
            .subprotocols("carillon.v1")
            .header("Authorization", "Bearer " + token.group(1))
            .buildAsync(uri("ws", "/ws"), new Joined());
    WebSocket socket = opened.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    String join = "{\"event\":\"channel:join\",\"ref\":\"1\",\"data\":{\"channelId\":\"general\"}}";
    socket.sendText(join, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    String path = "/api/channels/general/messages";
    if (post(path, "{\"content\":\"hello\"}", token.group(1)).statusCode() != 201) {
      throw new IllegalStateException("not stored");
    }
    try (Stream<String> lines = events.body()) {
      if (lines.noneMatch(line -> line.contains("hello"))) {
        throw new IllegalStateException("the stream ended without the message");
      }
    }
    socket.abort();
  }

  private HttpResponse<String> post(String path, String body, String token) throws Exception {
    HttpRequest request =
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", path)).timeout(PATIENCE);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private URI uri(String scheme, String path) {
    int port = tomcat.getConnector().getLocalPort();
    return URI.create(scheme + "://127.0.0.1:" + port + CONTEXT + path);
  }

  /** How many loaders are left when no collection makes it fewer. */
  private long collect() throws InterruptedException {
    long left = loaders.size();
    for (int i = 0; i < MAX_COLLECTIONS && left > 0; i++) {
      System.gc();
      left = loaders.stream().filter(loader -> loader.get() != null).count();
      if (left > 0) {
        // Tomcat's threads are replaced one after the other, each when it has worked once more.
        client
            .sendAsync(request("/none", "").build(), HttpResponse.BodyHandlers.discarding())
            .join();
        Thread.sleep(100);
      }
    }
    loaders.removeIf(loader -> loader.get() == null);
    return left;
  }

  /** A client that takes what comes. */
  private static final class Joined implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      socket.request(1);
      return null;
    }
  }
}
