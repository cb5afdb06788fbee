package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that Carillon does it does through nginx and HAProxy too, set up as {@code config/}
 * has it, before two nodes of which one is lost.
 */
class ProxiesIT {
  private static final MixedRun.Size SIZE = new MixedRun.Size(6, 16, 1_500, 10);
  private static final int BEFORE_THE_LOSS = 150; // messages over the node that is lost
  private static final int PER_ADDRESS = 60;
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  @TempDir static Path folder;

  private static final List<TestNode> NODES = new ArrayList<>();
  private static EmbeddedPostgres postgres;
  private static Wire wire;

  @TempDir Path proxyFolder;

  /** Each node's, which can be cut. */
  private final List<TcpProxy> links = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.builder().start();
    wire = new Wire("clients");
    for (String name : List.of("one", "two")) {
      NODES.add(
          TestNode.on(
              postgres.getJdbcUrl("postgres", "postgres"),
              "postgres",
              Files.createDirectory(folder.resolve(name)),
              Map.of(
                  "CARILLON_TRUSTED_PROXIES", "127.0.0.1",
                  "CARILLON_HEARTBEAT_INTERVAL", "1s",
                  "CARILLON_LIMIT_CONNECTIONS_PER_ADDRESS", Integer.toString(PER_ADDRESS),
                  "CARILLON_HUB_SWEEP_INTERVAL", "100ms"))); // the only bus between them
    }
  }

  @AfterAll
  static void stop() throws Exception {
    NODES.forEach(TestNode::close);
    if (wire != null) {
      wire.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  @BeforeEach
  void link() {
    NODES.forEach(node -> links.add(new TcpProxy(wire, node.address())));
  }

  @AfterEach
  void unlink() {
    links.forEach(TcpProxy::close);
  }

  @Test
  void worksThroughNginx() throws Exception {
    try (LoadBalancer nginx =
        LoadBalancer.nginx(proxyFolder, links.get(0).address(), links.get(1).address())) {
      works(nginx.address());
    }
  }

  @Test
  void worksThroughHaproxy() throws Exception {
    try (LoadBalancer haproxy =
        LoadBalancer.haproxy(proxyFolder, links.get(0).address(), links.get(1).address())) {
      works(haproxy.address());
    }
  }

  private void works(InetSocketAddress address) throws Exception {
    bringsEventsAtOnce(address);
    answersAPollAtOnce(address);
    tellsWhoTheClientIs(address);
    losesNothingWithANode(address);
  }

  private void bringsEventsAtOnce(InetSocketAddress address) throws Exception {
    RestClient rest = new RestClient(wire, NODES.get(0).admin("demo").at(address));
    String channel = "streamed-" + address.getPort();
    make(rest, channel);
    LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    CompletableFuture<Throwable> closed = new CompletableFuture<>();
    SseClient stream =
        SseClient.open(
                wire,
                rest.caller(),
                "/api/channels/" + channel + "/events",
                "",
                new SseClient.Listener() {
                  @Override
                  public void event(SseReader.Event event) {
                    events.add(event.data());
                  }

                  @Override
                  public void closed(Throwable failure) {
                    closed.complete(failure);
                  }
                })
            .ready()
            .get(10, TimeUnit.SECONDS);
    for (int i = 0; i < 3; i++) {
      send(rest, channel, "event " + i);
      assertThat(events.poll(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS))
          .isNotNull()
          .contains("event " + i);
    }
    long comments = stream.comments();
    await().atMost(Duration.ofSeconds(5)).until(() -> stream.comments() >= comments + 2);
    assertThat(closed).isNotDone();
    stream.cut();
  }

  private void answersAPollAtOnce(InetSocketAddress address) throws Exception {
    RestClient rest = new RestClient(wire, NODES.get(0).admin("demo").at(address));
    String channel = "polled-" + address.getPort();
    make(rest, channel);
    PollClient polls =
        new PollClient(
            new RestClient(wire, NODES.get(0).member("demo", "poller").at(address)),
            List.of(channel));
    String since = (String) polls.poll("", Duration.ZERO).get(10, TimeUnit.SECONDS).get("position");
    CompletableFuture<Map<String, Object>> waiting = polls.poll(since, Duration.ofSeconds(20));
    send(rest, channel, "hello");
    List<?> events =
        JsonText.asList(waiting.get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS).get("events"));
    assertThat(events).hasSize(1);
  }

  /**
   * By the limit of streams of one address on a node; what clients say about themselves is lost.
   */
  private void tellsWhoTheClientIs(InetSocketAddress address) throws Exception {
    Caller caller = NODES.get(0).member("demo", "caller");
    int all = NODES.size() * PER_ADDRESS;
    List<Socket> open = new ArrayList<>();
    try {
      int refused = 0;
      for (int i = 0; i < all + 10; i++) {
        Socket socket = stream(address, "127.0.0.2", caller, "10.9.8." + i);
        open.add(socket);
        refused += status(socket) == 429 ? 1 : 0;
      }
      assertThat(refused).as("refusals of one address with %d streams", all + 10).isEqualTo(10);
      Socket other = stream(address, "127.0.0.3", caller, "127.0.0.2");
      open.add(other);
      assertThat(status(other)).as("a stream of another address").isEqualTo(200);
      // Past the proxy, from an address that is not trusted.
      Socket direct = stream(NODES.get(0).address(), "127.0.0.2", caller, "10.9.8.7");
      open.add(direct);
      assertThat(status(direct)).as("a client that says it is somebody else").isEqualTo(429);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    // Let go of, or the next test's clients would be refused.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                NODES.stream()
                    .allMatch(node -> node.metrics(wire).get("carillon_connections") == 0));
  }

  private static Socket stream(
      InetSocketAddress address, String from, Caller caller, String saysItIs) throws IOException {
    Socket socket =
        new Socket(address.getAddress(), address.getPort(), InetAddress.getByName(from), 0);
    socket.setSoTimeout(10_000);
    String head =
        "GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nX-Forwarded-For: %s\r\n\r\n"
            .formatted(caller.token(), saysItIs);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static int status(Socket socket) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    return Integer.parseInt(reader.readLine().split(" ")[1]);
  }

  /** Mixed clients whose connections keep breaking, while one of the nodes is lost. */
  private void losesNothingWithANode(InetSocketAddress address) {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    TestNode lost = NODES.get(0);
    TestNode kept = NODES.get(1);
    MixedRun run =
        new MixedRun(
            wire,
            seed,
            SIZE,
            kept.admin("demo").at(address),
            number -> kept.member("demo", "user" + number).at(address));
    double lostBefore = published(lost);
    double keptBefore = published(kept);
    Report report =
        run.run(
            new MixedRun.Disturbance() {
              private CompletableFuture<Void> cut;

              @Override
              public void begin() {
                // In the middle of the work, however fast the machine is.
                cut =
                    CompletableFuture.runAsync(
                        () -> {
                          await()
                              .atMost(Duration.ofMinutes(1))
                              .pollInterval(Duration.ofMillis(20))
                              .until(() -> published(lost) - lostBefore >= BEFORE_THE_LOSS);
                          links.get(0).close();
                        });
              }

              @Override
              public void end() {
                cut.join();
              }
            });
    System.out.println(report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.messages()).isGreaterThan(1_000);
    assertThat(links.get(0).openSides()).isZero();
    assertThat(published(lost) - lostBefore).as("messages of the lost node").isPositive();
    assertThat(published(kept) - keptBefore).as("messages of the other").isPositive();
  }

  private double published(TestNode node) {
    return node.metrics(wire).getOrDefault("carillon_publishes_total", 0.0);
  }

  private static void make(RestClient rest, String channel) {
    rest.post("/api/channels", Map.of("channelId", channel, "visibility", "PUBLIC"))
        .join()
        .orRefused();
  }

  private static void send(RestClient rest, String channel, String content) {
    rest.post("/api/channels/" + channel + "/messages", Map.of("content", content))
        .join()
        .orRefused();
  }

  /** Or a silent stream would be cut, and a poll before it is answered. */
  @Test
  void timeLimitsOfTheSamplesLeaveRoomForHeartbeatsAndPolls() throws Exception {
    Settings.Connections settings = Settings.of(Map.of()).connections();
    long least =
        Math.max(
            2 * settings.heartbeatInterval().toSeconds(), settings.maxPollWait().toSeconds() + 1);
    String samples = LoadBalancer.nginxSample() + LoadBalancer.haproxySample();
    List<String> found = new ArrayList<>();
    Matcher limits =
        Pattern.compile("(proxy_read_timeout|timeout (?:client|server|tunnel)) (\\d+)s")
            .matcher(samples);
    while (limits.find()) {
      found.add(limits.group(1));
      assertThat(Long.parseLong(limits.group(2))).as(limits.group()).isGreaterThan(least);
    }
    assertThat(found)
        .containsExactlyInAnyOrder(
            "proxy_read_timeout", "timeout client", "timeout server", "timeout tunnel");
  }
}
