package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.LogManager;

/**
 * A node of the test's own on a free port, with a database of its own unless one is given, and
 * without limits of rate. The one place here that knows the product.
 */
public final class TestNode implements AutoCloseable {
  private static final String SECRET = "a secret for tests that is long enough";
  private static final Tokens TOKENS = new Tokens(SECRET);

  private final TomcatServer server;
  private final String host;

  private TestNode(TomcatServer server, String host) {
    this.server = server;
    this.host = host;
  }

  /** A node on H2 in a folder. */
  public static TestNode onH2(Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.putIfAbsent("CARILLON_DATABASE_URL", "jdbc:h2:file:" + folder.resolve("carillon"));
    return start(folder, all);
  }

  /** A node on a database that is there already. */
  public static TestNode on(
      String databaseUrl, String databaseUser, Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("CARILLON_DATABASE_URL", databaseUrl);
    all.put("CARILLON_DATABASE_USER", databaseUser);
    all.putIfAbsent("CARILLON_DATABASE_ALLOW_UNSAFE", "true"); // EmbeddedPostgres is fast
    return start(folder, all);
  }

  /** The log as an operator sees it. */
  private static void setUpLog() {
    try (InputStream file = TomcatServer.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestNode start(Path folder, Map<String, String> settings) {
    Map<String, String> all = settings(folder);
    all.putAll(settings);
    setUpLog();
    return new TestNode(TomcatServer.start(Settings.of(all)), all.get("CARILLON_HTTP_HOST"));
  }

  /** What every node of a test is set to, unless the test says otherwise; a copy to be changed. */
  public static Map<String, String> settings(Path folder) {
    Map<String, String> all = new HashMap<>();
    all.put("CARILLON_HTTP_HOST", "127.0.0.1");
    all.put("CARILLON_HTTP_PORT", "0");
    all.put("CARILLON_DATA_FOLDER", folder.toString());
    all.put("CARILLON_TOKEN_SECRET", SECRET);
    all.put("CARILLON_DRAIN_TIME", "0s");
    all.put("CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0");
    all.put("CARILLON_LIMIT_FRAMES_PER_SECOND", "0");
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_USER", "10000");
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS", "100000");
    return all;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(host, server.port());
  }

  /** A user of an organization, who is provisioned when first seen. */
  public Caller member(String organization, String user) {
    return caller(organization, user, "MEMBER");
  }

  public Caller admin(String organization) {
    return caller(organization, "admin-of-" + organization, "ADMIN");
  }

  private Caller caller(String organization, String user, String role) {
    return caller(address(), organization, user, role);
  }

  /** A caller of any node that has these settings. */
  public static Caller caller(
      InetSocketAddress node, String organization, String user, String role) {
    return new Caller(node, organization, user, TOKENS.of(organization, user, role));
  }

  /**
   * The node's meters; the values of one name that differ in their tags are added up. Histograms'
   * buckets are left out.
   */
  public Map<String, Double> metrics(Wire wire) {
    RestClient client = new RestClient(wire, member("demo", "metrics"));
    String text = client.get("/metrics").join().text();
    client.cut();
    Map<String, Double> values = new HashMap<>();
    for (String line : text.split("\n")) {
      if (line.startsWith("#") || line.contains("_bucket{") || line.isBlank()) {
        continue;
      }
      int nameEnd = line.indexOf('{') < 0 ? line.indexOf(' ') : line.indexOf('{');
      double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      values.merge(line.substring(0, nameEnd), value, Double::sum);
    }
    return values;
  }

  @Override
  public void close() {
    server.close();
  }
}
