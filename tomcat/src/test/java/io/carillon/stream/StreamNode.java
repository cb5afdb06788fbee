package io.carillon.stream;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A node with fast heartbeats for the tests of streams and polls, and people who use it. */
final class StreamNode implements AutoCloseable {
  private static final String SECRET = "a secret for tests that is long enough";
  private static final long PATIENCE_SECONDS = 30;

  final Wire wire = new Wire("stream-test");
  private final TomcatServer server;
  private final Tokens tokens = new Tokens(SECRET);
  private final Map<String, RestClient> clients = new ConcurrentHashMap<>();

  StreamNode(Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("CARILLON_HTTP_PORT", "0");
    all.put("CARILLON_DATA_FOLDER", folder.toString());
    all.put("CARILLON_TOKEN_SECRET", SECRET);
    all.put("CARILLON_DRAIN_TIME", "0s");
    all.put("CARILLON_HEARTBEAT_INTERVAL", "1s");
    all.put("CARILLON_WRITE_DEADLINE", "2s");
    all.put("CARILLON_LIMIT_MESSAGES_PER_MINUTE", "0");
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_USER", "2000");
    all.put("CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS", "2000");
    all.putAll(settings);
    server = TomcatServer.start(Settings.of(all));
  }

  InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", server.port());
  }

  Caller caller(String user) {
    return caller(user, "MEMBER", Duration.ofHours(1));
  }

  Caller caller(String user, String role, Duration tokenLifetime) {
    return new Caller(address(), "demo", user, tokens.of("demo", user, role, tokenLifetime));
  }

  RestClient rest(String user) {
    return clients.computeIfAbsent(user, name -> new RestClient(wire, caller(name)));
  }

  RestClient admin() {
    return clients.computeIfAbsent(
        "the-admin", name -> new RestClient(wire, caller(name, "ADMIN", Duration.ofHours(1))));
  }

  /** A channel that is open to everybody. */
  void channel(String name, String kind) {
    channel("owner", name, kind, "PUBLIC");
  }

  void channel(String owner, String name, String kind, String visibility) {
    post(
        rest(owner),
        "/api/channels",
        Map.of("channelId", name, "kind", kind, "visibility", visibility));
  }

  /** Sends text; the answer's {@code position} is the event's. */
  Map<String, Object> say(String user, String channel, String text) {
    return post(rest(user), messages(channel), Map.of("content", text));
  }

  static String messages(String channel) {
    return "/api/channels/" + RestClient.encode(channel) + "/messages";
  }

  static String events(String channel) {
    return "/api/channels/" + RestClient.encode(channel) + "/events";
  }

  static Map<String, Object> post(RestClient by, String path, Map<String, Object> body) {
    return await(by.post(path, body)).orRefused().json();
  }

  /** The code of a refusal, with the status before it. */
  static String refusal(Answer answer) {
    try {
      answer.orRefused();
    } catch (Refused e) {
      return answer.status() + " " + JsonText.object(answer.text()).get("code");
    }
    return String.valueOf(answer.status());
  }

  static <T> T await(java.util.concurrent.CompletableFuture<T> coming) {
    try {
      return coming.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("nothing in " + PATIENCE_SECONDS + " s", e);
    }
  }

  /** The sum of a meter over its tags that match. */
  double metric(String name, String tag) {
    String text = await(rest("metrics").get("/metrics")).text();
    return text.lines()
        .filter(line -> line.startsWith(name) && line.contains(tag))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  double open(String transport) {
    return metric("carillon_connections{", "transport=\"" + transport + "\"");
  }

  /** What went wrong in clients; empty if nothing did. */
  List<String> violations() {
    return clients.values().stream().flatMap(client -> client.violations().stream()).toList();
  }

  @Override
  public void close() {
    wire.close();
    server.close();
  }
}
