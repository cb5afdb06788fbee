package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node that is stopped lets its clients go, and none of them loses anything by that. */
class DrainIT {
  private static final int DRAINING = 4503;

  /** Beyond the drain time: the last connections, the last requests, and the parts of the node. */
  private static final Duration MAX_REST = Duration.ofSeconds(10);

  private static EmbeddedPostgres postgres;

  @TempDir Path folder;
  private Wire wire;

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (postgres != null) {
      postgres.close();
    }
  }

  @BeforeEach
  void open() {
    wire = new Wire("clients");
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private TestNode node(String name, Duration drainTime, String... more) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("CARILLON_NODE_ID", name);
    settings.put("CARILLON_DRAIN_TIME", drainTime.toMillis() + "ms");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return TestNode.on(
        postgres.getJdbcUrl("postgres", "postgres"),
        "postgres",
        Files.createDirectory(folder.resolve(name)),
        settings);
  }

  private static CompletableFuture<Duration> closing(TestNode node) {
    long began = System.nanoTime();
    return CompletableFuture.supplyAsync(
        () -> {
          node.close();
          return Duration.ofNanos(System.nanoTime() - began);
        });
  }

  private static void makeChannel(RestClient rest, String name) {
    Map<String, Object> body = Map.of("channelId", name, "kind", "CHAT", "visibility", "PUBLIC");
    rest.post("/api/channels", body).join().orRefused();
  }

  private static Map<String, Object> message(String clientId) {
    return new HashMap<>(Map.of("content", "hello", "clientId", clientId));
  }

  /** When and how each of many sockets was closed. */
  private record Closed(long nanos, int code, boolean asked) {}

  private NativeSocketClient socket(Caller caller, Queue<Closed> closed) throws Exception {
    return socket(caller, closed, 0);
  }

  private NativeSocketClient socket(Caller caller, Queue<Closed> closed, int receiveBufferBytes)
      throws Exception {
    return NativeSocketClient.connect(
            wire,
            caller,
            receiveBufferBytes,
            new NativeSocketClient.Listener() {
              private boolean asked;

              @Override
              public void frame(NativeSocketClient.Frame frame) {
                asked |= frame.event().equals("server:drain");
              }

              @Override
              public void closed(int code, String reason, Throwable failure) {
                closed.add(new Closed(System.nanoTime(), code, asked));
              }
            })
        .ready()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void sendsItsClientsAwayOneAfterTheOtherAndNewOnesAtOnce() throws Exception {
    Duration drainTime = Duration.ofSeconds(4);
    int clients = 200;
    try (TestNode node = node("spread", drainTime)) {
      Queue<Closed> closed = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < clients; i++) {
        socket(node.member("demo", "user" + i), closed);
      }
      RestClient rest = new RestClient(wire, node.admin("demo"));
      makeChannel(rest, "spread");
      long began = System.nanoTime();
      CompletableFuture<Duration> stopped = closing(node);

      // A load balancer reads it at once, while nearly all are still there.
      await().until(() -> rest.get("/health/ready").join().status() == 503);
      assertThat(closed).hasSizeLessThan(clients / 2);
      assertThat(rest.get("/health/live").join().status()).isEqualTo(200);
      await()
          .until(
              () -> rest.get("/api/admin/nodes").join().text().contains("\"state\":\"DRAINING\""));
      // Nobody new who would stay; requests are answered, and not invited to come again.
      assertThatThrownBy(() -> socket(node.member("demo", "late"), new ConcurrentLinkedQueue<>()))
          .hasRootCauseInstanceOf(Refused.class)
          .hasStackTraceContaining("DRAINING");
      for (String path :
          List.of("/api/events", "/api/channels/spread/events", "/api/poll?channel=spread")) {
        Answer refused = rest.get(path).join();
        assertThat(refused.status()).as(path).isEqualTo(503);
        assertThat(refused.json().get("code")).as(path).isEqualTo("DRAINING");
      }
      Answer sent = rest.post("/api/channels/spread/messages", message("c")).join();
      assertThat(sent.status()).isEqualTo(201);
      assertThat(sent.head().header("connection")).isEqualTo("close");

      assertThat(stopped.get(1, TimeUnit.MINUTES)).isLessThan(drainTime.plus(MAX_REST));
      assertThat(closed).hasSize(clients);
      assertThat(closed).extracting(Closed::code).containsOnly(DRAINING);
      assertThat(closed).allMatch(Closed::asked);
      // Uniform would be a quarter in each; ten standard deviations and a busy machine are spared.
      int[] quarters = new int[4];
      for (Closed one : closed) {
        long at = 4 * (one.nanos() - began) / drainTime.toNanos();
        quarters[(int) Math.min(3, at)]++;
      }
      assertThat(IntStream.of(quarters))
          .allMatch(count -> count > clients / 20 && count < clients / 2);
    }
  }

  /** A send is in the middle of its transaction when the node is stopped. */
  @Test
  void acknowledgesWhatItHasBegun() throws Exception {
    try (TestNode node = node("begun", Duration.ofSeconds(1));
        Connection other = postgres.getPostgresDatabase().getConnection();
        Statement statement = other.createStatement()) {
      RestClient rest = new RestClient(wire, node.admin("demo"));
      makeChannel(rest, "begun");
      Queue<Closed> closed = new ConcurrentLinkedQueue<>();
      NativeSocketClient socket = socket(node.member("demo", "sender"), closed);
      other.setAutoCommit(false);
      statement.execute("select 1 from channel where channel_name = 'begun' for update");
      Map<String, Object> overSocket = message("socket");
      overSocket.put("channelId", "begun");
      CompletableFuture<NativeSocketClient.Frame> ack = socket.ask("message:send", overSocket);
      CompletableFuture<Answer> answer = rest.post("/api/channels/begun/messages", message("rest"));
      await().until(() -> waitsForALock(statement));
      CompletableFuture<Duration> stopped = closing(node);
      // By another's request, since the sender's own would tell that it waits.
      RestClient health = new RestClient(wire, node.member("demo", "health"));
      await().until(() -> health.get("/health/ready").join().status() == 503);
      // Nothing may have been closed by the end of the drain time, when both are still under way.
      await()
          .pollDelay(Duration.ofMillis(1_100))
          .until(() -> closed.isEmpty() && !ack.isDone() && !answer.isDone());
      other.commit();
      assertThat(ack.get(10, TimeUnit.SECONDS).data()).containsKeys("id", "offset");
      assertThat(answer.get(10, TimeUnit.SECONDS).status()).isEqualTo(201);
      stopped.get(1, TimeUnit.MINUTES);
      assertThat(closed).hasSize(1);
      assertThat(closed).extracting(Closed::code).containsExactly(DRAINING);
      try (ResultSet stored =
          statement.executeQuery("select last_offset from channel where channel_name = 'begun'")) {
        stored.next();
        assertThat(stored.getLong(1)).isEqualTo(2);
      }
    }
  }

  private static boolean waitsForALock(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) {
      row.next();
      return row.getInt(1) > 0;
    }
  }

  @Test
  void endsStreamsWithAHintWhenToComeBackAndPollsWithTheirPosition() throws Exception {
    try (TestNode node = node("hint", Duration.ofSeconds(1))) {
      RestClient rest = new RestClient(wire, node.admin("demo"));
      makeChannel(rest, "hint");
      List<SseReader.Event> events = new ArrayList<>();
      CompletableFuture<Throwable> closed = new CompletableFuture<>();
      SseClient stream =
          SseClient.open(
                  wire,
                  node.member("demo", "reader"),
                  "/api/channels/hint/events",
                  "",
                  new SseClient.Listener() {
                    @Override
                    public void event(SseReader.Event event) {
                      events.add(event);
                    }

                    @Override
                    public void closed(Throwable failure) {
                      closed.complete(failure);
                    }
                  })
              .ready()
              .get(10, TimeUnit.SECONDS);
      PollClient polls =
          new PollClient(new RestClient(wire, node.member("demo", "poller")), List.of("hint"));
      String since = (String) polls.poll("", Duration.ZERO).join().get("position");
      CompletableFuture<Map<String, Object>> poll = polls.poll(since, Duration.ofSeconds(25));
      await().until(() -> node.metrics(wire).get("carillon_connections") == 2);
      node.close();
      assertThat(closed.get(5, TimeUnit.SECONDS)).isNull();
      assertThat(stream.retryMillis()).isBetween(250L, 2_500L);
      assertThat(events).hasSize(1);
      assertThat(events.get(0).type()).isEqualTo("error");
      assertThat(events.get(0).data()).contains("\"code\":\"DRAINING\"");
      assertThat(poll.get(5, TimeUnit.SECONDS)).containsEntry("position", since);
    }
  }

  /** They read neither what was sent to them nor that they are to go, and answer nothing. */
  @ParameterizedTest
  @CsvSource({"direct, direct", "jakarta, servlet"})
  void endsInTimeThoughClientsTakeNothing(String sockets, String streams) throws Exception {
    int each = 10;
    Duration drainTime = Duration.ofSeconds(2);
    try (TestNode node =
        node(
            "stalled-" + sockets,
            drainTime,
            "CARILLON_WEBSOCKET",
            sockets,
            "CARILLON_STREAMS",
            streams,
            "CARILLON_QUEUE_BYTES",
            "33554432", // so that they are not sent away before
            "CARILLON_WRITE_DEADLINE",
            "2m")) {
      RestClient rest = new RestClient(wire, node.admin("demo"));
      String channel = "stalled " + sockets;
      makeChannel(rest, channel);
      Queue<Closed> closed = new ConcurrentLinkedQueue<>();
      Queue<Closed> ofStalled = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < each; i++) {
        join(socket(node.member("demo", "live" + i), closed), channel);
        NativeSocketClient socket = socket(node.member("demo", "socket" + i), ofStalled, 4_096);
        join(socket, channel);
        socket.pause();
        SseClient.open(
                wire,
                node.member("demo", "stream" + i),
                "/api/channels/" + RestClient.encode(channel) + "/events",
                "",
                4_096,
                new Unheard())
            .ready()
            .get(10, TimeUnit.SECONDS)
            .pause();
      }
      Map<String, Object> large = Map.of("content", "x".repeat(60_000));
      for (int i = 0; stalled(node) < 2 * each; i++) {
        assertThat(i).as("messages of 60 KB").isLessThan(400);
        rest.post("/api/channels/" + RestClient.encode(channel) + "/messages", large)
            .join()
            .orRefused();
      }
      assertThat(closing(node).get(1, TimeUnit.MINUTES)).isLessThan(drainTime.plus(MAX_REST));
      await().until(() -> closed.size() == each);
      assertThat(closed).extracting(Closed::code).containsOnly(DRAINING);
      assertThat(ofStalled).isEmpty(); // they have read nothing until now
    }
  }

  private double stalled(TestNode node) {
    return node.metrics(wire).get("carillon_connections_stalled");
  }

  private static void join(NativeSocketClient socket, String channel) throws Exception {
    socket.ask("channel:join", Map.of("channelId", channel)).get(10, TimeUnit.SECONDS);
  }

  private static final class Unheard implements SseClient.Listener {
    @Override
    public void event(SseReader.Event event) {}

    @Override
    public void closed(Throwable failure) {}
  }

  /** With HAProxy in front, set up as {@code config/} has it. */
  @Test
  void losesNothingUnderLoad() throws Exception {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    Duration drainTime = Duration.ofSeconds(3);
    try (RedisServer redis = new RedisServer(folder);
        TestNode stays = node("stays", drainTime, "CARILLON_REDIS_URL", redis.url());
        TestNode goes = node("goes", drainTime, "CARILLON_REDIS_URL", redis.url());
        LoadBalancer proxy = LoadBalancer.haproxy(folder, stays.address(), goes.address())) {
      MixedRun run =
          new MixedRun(
              wire,
              seed,
              new MixedRun.Size(10, 40, 3_000, 200),
              stays.admin("demo"),
              number -> stays.member("demo", "user" + number).at(proxy.address()));
      CompletableFuture<Duration> stopped =
          CompletableFuture.runAsync(
                  () -> await().atMost(Duration.ofMinutes(1)).until(() -> published(goes) > 100))
              .thenCompose(reached -> closing(goes));
      Report report = run.run();
      System.out.println(report);
      assertThat(stopped.get(1, TimeUnit.MINUTES)).isLessThan(drainTime.plus(MAX_REST));
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(report.resets()).isZero();
      assertThat(report.messages()).isGreaterThan(2_000);
      // It has left the list, rather than being given up by the others.
      assertThat(new RestClient(wire, stays.admin("demo")).get("/api/admin/nodes").join().text())
          .contains("\"id\":\"stays\"")
          .doesNotContain("\"id\":\"goes\"");
    }
  }

  private double published(TestNode node) {
    return node.metrics(wire).getOrDefault("carillon_publishes_total", 0.0);
  }
}
