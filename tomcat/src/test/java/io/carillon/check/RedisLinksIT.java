package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** The links between nodes and their Redis: that dead ones are noticed, and how many there are. */
class RedisLinksIT {
  private static final Duration MAX_UNNOTICED = Duration.ofSeconds(10);
  private static final Duration MAX_RETURN = Duration.ofSeconds(5);
  private static final int MAX_CONNECTIONS = 20; // of a node

  @TempDir Path folder;

  private final Wire wire = new Wire("clients");
  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = new RedisServer(folder);
  }

  @AfterEach
  void stop() {
    wire.close();
    redis.close();
  }

  private static void makeChannel(RestClient admin, String name) {
    admin
        .post("/api/channels", Map.of("channelId", name, "kind", "CHAT", "visibility", "PUBLIC"))
        .join()
        .orRefused();
  }

  private static NativeSocketClient connect(Wire wire, Caller caller, List<Object> contents)
      throws Exception {
    return NativeSocketClient.connect(
            wire,
            caller,
            new NativeSocketClient.Listener() {
              @Override
              public void frame(NativeSocketClient.Frame frame) {
                if (frame.event().equals("message:new")) {
                  contents.add(frame.data().get("content"));
                }
              }

              @Override
              public void closed(int code, String reason, Throwable failure) {}
            })
        .ready()
        .get(10, TimeUnit.SECONDS);
  }

  private static void join(NativeSocketClient client, String channel) throws Exception {
    client.ask("channel:join", Map.of("channelId", channel)).get(10, TimeUnit.SECONDS);
  }

  private static void send(NativeSocketClient client, String channel, int from, int to)
      throws Exception {
    for (int i = from; i <= to; i++) {
      client
          .ask("message:send", Map.of("channelId", channel, "content", "" + i))
          .get(10, TimeUnit.SECONDS);
    }
  }

  private boolean isConnected(TestNode node) {
    return node.metrics(wire).get("carillon_bus_connected") == 1;
  }

  /** Nothing comes back, and nothing tells that the connections have ended. */
  @Test
  void noticesThatPacketsToRedisAreLostAndMissesNothing() throws Exception {
    try (PostgresServer postgres = new PostgresServer(folder);
        TcpProxy link = new TcpProxy(wire, redis.address());
        TestNode here = node("here", postgres, redis.url());
        TestNode there = node("there", postgres, "redis://127.0.0.1:" + link.address().getPort())) {
      makeChannel(new RestClient(wire, here.admin("demo")), "links");
      List<Object> contents = new CopyOnWriteArrayList<>();
      NativeSocketClient reader = connect(wire, there.member("demo", "reader"), contents);
      join(reader, "links");
      NativeSocketClient sender =
          connect(wire, here.member("demo", "sender"), new CopyOnWriteArrayList<>());
      await().until(() -> isConnected(here) && isConnected(there));
      send(sender, "links", 1, 10);
      await().untilAsserted(() -> assertThat(contents).hasSize(10));

      link.swallow();
      send(sender, "links", 11, 20);
      await().untilAsserted(() -> assertThat(contents).hasSize(20));
      await().atMost(MAX_UNNOTICED).until(() -> !isConnected(there));
      assertThat(isConnected(here)).isTrue();
      send(sender, "links", 21, 30);
      await().untilAsserted(() -> assertThat(contents).hasSize(30));

      link.forget();
      await().atMost(MAX_RETURN).until(() -> isConnected(there));
      double before = there.metrics(wire).get("carillon_bus_received_total");
      send(sender, "links", 31, 40);
      await().untilAsserted(() -> assertThat(contents).hasSize(40));
      assertThat(contents).isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(i -> "" + i).toList());
      await()
          .untilAsserted(
              () ->
                  assertThat(there.metrics(wire).get("carillon_bus_received_total"))
                      .isGreaterThanOrEqualTo(before + 10));
    }
  }

  private TestNode node(String name, PostgresServer postgres, String redisUrl) throws Exception {
    return TestNode.on(
        postgres.url(),
        PostgresServer.user(),
        Files.createDirectory(folder.resolve(name)),
        Map.of("CARILLON_REDIS_URL", redisUrl));
  }

  @Test
  void hasFewConnectionsAndNoMoreSubscriptionsThanChannelsHoweverManyClients() throws Exception {
    int channels = 25;
    int clients = 200;
    try (TestNode node = TestNode.onH2(folder, Map.of("CARILLON_REDIS_URL", redis.url()));
        Jedis jedis = redis.client()) {
      RestClient admin = new RestClient(wire, node.admin("demo"));
      for (int i = 0; i < channels; i++) {
        makeChannel(admin, "channel " + i);
      }
      List<NativeSocketClient> sockets = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        sockets.add(connect(wire, node.member("demo", "user" + i % 40), new ArrayList<>()));
      }
      for (int i = 0; i < clients; i++) {
        for (int more = 0; more < 4; more++) {
          sockets
              .get(i)
              .ask("channel:join", Map.of("channelId", "channel " + (i + more) % channels));
        }
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(node.metrics(wire).get("carillon_subscriptions"))
                      .isGreaterThanOrEqualTo(4 * clients));
      // The rights' channel besides.
      double active = node.metrics(wire).get("carillon_channels_active");
      await().untilAsserted(() -> assertThat(jedis.pubsubChannels("*")).hasSize((int) active + 1));
      assertThat(active).isBetween((double) channels, channels + 45.0); // with users' own ones
      long connections = jedis.clientList().lines().count() - 1; // without this one
      System.out.printf("%d connections to Redis%n", connections);
      assertThat(connections).isBetween(2L, (long) MAX_CONNECTIONS - 1);
      sockets.forEach(NativeSocketClient::cut);
      await().untilAsserted(() -> assertThat(jedis.pubsubChannels("*")).hasSize(1));
    }
  }
}
