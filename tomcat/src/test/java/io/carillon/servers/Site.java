package io.carillon.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import io.carillon.rights.RightsSample;
import io.carillon.stream.EventStream;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that is up, with a PostgreSQL and a Redis of its own, and people of the demo
 * organization who use it. What takes minutes in life is set to seconds.
 */
public final class Site implements AutoCloseable {
  static final Duration HEARTBEAT = Duration.ofSeconds(2);
  static final Duration WRITE_DEADLINE = Duration.ofSeconds(3);
  static final int QUEUE_BYTES = 256 * 1024;
  static final int MAX_CONNECTIONS = 600;
  static final int MAX_CONNECTIONS_OF_A_USER = 40;
  static final int POOL_SIZE = 12;

  private static final String ORGANIZATION = "demo";
  private static final long PATIENCE_SECONDS = 30;
  private static final AtomicLong NAMES = new AtomicLong();

  private final ServerUnderTest server;
  private final RedisServer redis;
  private final EmbeddedPostgres postgres;
  private final Tokens tokens = new Tokens(RightsSample.SECRET);
  private final Map<String, RestClient> clients = new ConcurrentHashMap<>();
  private final Wire wire = new Wire("clients");

  /**
   * Starts everything.
   *
   * @param folder for what the services write
   * @param more settings
   */
  Site(ServerUnderTest server, Path folder, Map<String, String> more) throws IOException {
    this.server = server;
    this.redis = new RedisServer(folder);
    this.postgres = EmbeddedPostgres.builder().start();
    long began = System.nanoTime();
    Map<String, String> settings = settings();
    settings.putAll(more);
    server.start(settings);
    System.out.printf(
        "%s: deployed and ready after %.1f s%n", server.product().name(), secondsSince(began));
  }

  private Map<String, String> settings() {
    Map<String, String> all = new HashMap<>();
    all.put("CARILLON_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"));
    all.put("CARILLON_DATABASE_USER", "postgres");
    all.put("CARILLON_DATABASE_PASSWORD", "postgres");
    all.put("CARILLON_DATABASE_POOL_SIZE", Integer.toString(POOL_SIZE));
    all.put("CARILLON_DATABASE_ALLOW_UNSAFE", "true"); // EmbeddedPostgres is fast
    all.put("CARILLON_REDIS_URL", redis.url());
    all.put("CARILLON_CLUSTER_KEY", "a key of the cluster for tests, long enough");
    all.put("CARILLON_TOKEN_SECRET", RightsSample.SECRET);
    all.put("CARILLON_DEMO", "true");
    all.put("CARILLON_DRAIN_TIME", "1s");
    all.put("CARILLON_HEARTBEAT_INTERVAL", HEARTBEAT.toSeconds() + "s");
    all.put("CARILLON_WRITE_DEADLINE", WRITE_DEADLINE.toSeconds() + "s");
    all.put("CARILLON_QUEUE_BYTES", Integer.toString(QUEUE_BYTES));
    all.put("CARILLON_PRESENCE_GRACE", "1s");
    all.put("CARILLON_PRESENCE_DELIVERIES_PER_SECOND", "0");
    all.put("CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0");
    all.put("CARILLON_LIMIT_FRAMES_PER_SECOND", "0");
    all.put("CARILLON_LIMIT_CONNECTIONS", Integer.toString(MAX_CONNECTIONS));
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_USER", Integer.toString(MAX_CONNECTIONS_OF_A_USER));
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS", "100000");
    return all;
  }

  public ServerUnderTest server() {
    return server;
  }

  public Wire wire() {
    return wire;
  }

  // ---- who

  public Caller member(String user) {
    return caller(user, "MEMBER", Duration.ofHours(1));
  }

  public Caller admin() {
    return caller("servers-admin", "ADMIN", Duration.ofHours(1));
  }

  Caller nobody() {
    return member("nobody").showing("");
  }

  Caller caller(String user, String role, Duration lifetime) {
    return new Caller(
        server.address(),
        server.contextPath(),
        ORGANIZATION,
        user,
        tokens.of(ORGANIZATION, user, role, lifetime));
  }

  /** Requests of a member; the same client for each user. */
  public RestClient rest(String user) {
    return clients.computeIfAbsent(user, name -> new RestClient(wire, member(name)));
  }

  public RestClient adminRest() {
    return clients.computeIfAbsent("the admin", name -> new RestClient(wire, admin()));
  }

  // ---- what they do

  /** A name that nothing else has. */
  public static String fresh(String prefix) {
    return prefix + '-' + Long.toHexString(System.nanoTime()) + '-' + NAMES.incrementAndGet();
  }

  /** A new channel of this owner. */
  public String channel(String owner, String kind, String visibility) {
    String name = fresh(kind.toLowerCase(java.util.Locale.ROOT));
    post(
        rest(owner),
        "/api/channels",
        Map.of("channelId", name, "kind", kind, "visibility", visibility));
    return name;
  }

  /** A chat that everybody may read and write. */
  public String chat() {
    return channel("alice", "CHAT", "PUBLIC");
  }

  public Map<String, Object> say(String user, String channel, String text) {
    return post(rest(user), messages(channel), Map.of("content", text));
  }

  public static String path(String channel) {
    return "/api/channels/" + RestClient.encode(channel);
  }

  static String messages(String channel) {
    return path(channel) + "/messages";
  }

  public static String events(String channel) {
    return path(channel) + "/events";
  }

  static Map<String, Object> post(RestClient by, String path, Map<String, Object> body) {
    return get(by.post(path, body)).orRefused().json();
  }

  /** A stream whose head is here. */
  EventStream stream(String user, String path, String lastEventId) {
    return EventStream.open(wire, member(user), path, lastEventId);
  }

  EventStream stream(String user, String path) {
    return stream(user, path, "");
  }

  HeardSocket socket(String user) {
    return HeardSocket.open(wire, member(user), 0, "");
  }

  /** The status of a refusal, and its code. */
  static String refusal(Answer answer) {
    try {
      answer.orRefused();
    } catch (Refused e) {
      return answer.status() + " " + JsonText.object(answer.text()).get("code");
    }
    return String.valueOf(answer.status());
  }

  /** Waits for something that must come. */
  public static <T> T get(CompletableFuture<T> coming) {
    try {
      return coming.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing in " + PATIENCE_SECONDS + " s", e);
    }
  }

  // ---- what can be seen of it from outside

  /** The sum of a meter over its tags that match. */
  double metric(String name, String tag) {
    return get(rest("metrics").get("/metrics"))
        .text()
        .lines()
        .filter(line -> line.startsWith(name + '{') || line.startsWith(name + ' '))
        .filter(line -> line.contains(tag))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  double metric(String name) {
    return metric(name, "");
  }

  double connections() {
    return metric("carillon_connections");
  }

  public double connections(String transport) {
    return metric("carillon_connections", "transport=\"" + transport + "\"");
  }

  /** To the database, as somebody else. */
  public Connection connection() throws SQLException {
    return postgres.getPostgresDatabase().getConnection();
  }

  /** A number that the database tells. */
  public long query(String sql) {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the server's JVM answers to a diagnostic command. */
  public String jcmd(String... command) {
    List<String> line = new ArrayList<>();
    line.add(Jdk.own().resolve("bin").resolve("jcmd").toString());
    line.add(Long.toString(server.process().pid()));
    line.addAll(List.of(command));
    try {
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(line + ": " + answer);
      }
      return answer;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Bytes of the heap that are in use after a collection of garbage. */
  long usedBytes() {
    jcmd("GC.run");
    return (long) metric("jvm_memory_used_bytes", "area=\"heap\"");
  }

  public static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** What clients got that was not due to them; empty if nothing was. */
  List<String> violations() {
    return clients.values().stream().flatMap(client -> client.violations().stream()).toList();
  }

  @Override
  public void close() throws IOException {
    wire.close();
    try (redis;
        postgres) {
      server.close();
    }
  }
}
