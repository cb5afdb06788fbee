package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.bus.LoopbackBus;
import io.carillon.bus.OriginListener;
import io.carillon.config.Settings;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.ThreadWorkers;
import io.carillon.presence.PresenceService;
import io.carillon.presence.PresenceView;
import io.carillon.presence.TypingService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two nodes with their threads on a real Redis: what their users hear of each other. */
class RedisPresenceNodesIT {
  private static final int USERS = 50;
  private static final Settings SETTINGS =
      Settings.of(
          Map.of(
              "CARILLON_PRESENCE_TTL", "4s",
              "CARILLON_PRESENCE_HEARTBEAT", "1s",
              "CARILLON_PRESENCE_GRACE", "300ms"));

  @TempDir Path folder;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private RedisServer redis;

  private final class Node implements AutoCloseable {
    final ThreadWorkers workers = new ThreadWorkers();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final RedisPresenceStore store =
        new RedisPresenceStore(redis.servers(workers), "test:", SETTINGS.presence(), workers);
    final PresenceService service;

    Node() {
      Bus bus = new LoopbackBus();
      bus.listen(new Recorder());
      Clock clock = Clock.systemUTC();
      service =
          new PresenceService(
              store,
              bus,
              OriginListener.NONE,
              askers -> askers,
              new TypingService(bus, (identity, channel) -> true, clock),
              workers,
              new Metrics(meters),
              SETTINGS,
              clock);
      service.start();
    }

    void connect(String user) {
      service.connected(this.hashCode() + user, Users.member(user), "websocket");
    }

    void disconnect(String user) {
      service.disconnected(this.hashCode() + user, Users.member(user));
    }

    double failures() {
      return meters.get("carillon.presence.failures").counter().count();
    }

    @Override
    public void close() {
      workers.close();
      store.close();
    }
  }

  private final class Recorder implements BusListener {
    @Override
    public void onEvent(ChannelEvent event) {
      Signal signal = (Signal) event;
      told.add(signal.originUserId() + ' ' + signal.type());
    }

    @Override
    public void onRightsChange(RightsChange change) {
      throw new AssertionError(change);
    }

    @Override
    public void onReconnected() {
      throw new AssertionError();
    }
  }

  @BeforeEach
  void start() {
    redis = new RedisServer(folder);
    nodes.add(new Node());
    nodes.add(new Node());
    for (int i = 0; i < USERS; i++) {
      nodes.get(0).connect("a" + i);
      nodes.get(1).connect("b" + i);
      nodes.get(i % 2).connect("both");
    }
    await().untilAsserted(() -> assertThat(told).hasSize(2 * USERS + 1));
    await().untilAsserted(() -> assertThat(online(nodes.get(0))).isEqualTo(2 * USERS + 1));
  }

  @AfterEach
  void stop() {
    nodes.forEach(Node::close);
    if (redis != null) {
      redis.close();
    }
  }

  private long online(Node node) {
    List<UserId> asked = new ArrayList<>();
    asked.add(new UserId("both"));
    IntStream.range(0, USERS)
        .forEach(
            i -> {
              asked.add(new UserId("a" + i));
              asked.add(new UserId("b" + i));
            });
    return node.service.query(Users.member("observer"), asked).stream()
        .filter(PresenceView::online)
        .count();
  }

  /** All are there, nobody has been said to come or go, and who goes then is said to, once. */
  private void checkThatNobodyWasSaidToComeOrGo() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(nodes).allMatch(node -> online(node) == 2 * USERS + 1));
    nodes.get(0).disconnect("a7");
    nodes.get(0).disconnect("both");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(told).contains("a7 PRESENCE_OFFLINE"));
    assertThat(told).doesNotHaveDuplicates().hasSize(2 * USERS + 2);
    assertThat(online(nodes.get(1))).isEqualTo(2 * USERS);
  }

  @Test
  void nobodyFlickersWhenRedisIsWiped() {
    try (Jedis jedis = redis.client()) {
      jedis.flushAll();
    }
    checkThatNobodyWasSaidToComeOrGo();
  }

  @Test
  void nobodyFlickersWhenRedisIsKilledAndComesBackEmpty() {
    redis.kill();
    await().until(() -> nodes.stream().allMatch(node -> node.failures() > 0));
    redis.start();
    checkThatNobodyWasSaidToComeOrGo();
  }

  @Test
  void nobodyFlickersWhenRedisStandsStillForLongerThanEntriesLive() {
    long began = System.nanoTime();
    redis.pause();
    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> System.nanoTime() - began > Duration.ofSeconds(6).toNanos());
    } finally {
      redis.resume();
    }
    checkThatNobodyWasSaidToComeOrGo();
  }

  @Test
  void aNodeTellsOfItsOwnUsersAtOnceWhileRedisIsAwayEvenFromTheStart() {
    redis.kill();
    Node late = new Node();
    nodes.add(late);
    late.connect("a7");
    long began = System.nanoTime();
    assertThat(online(nodes.get(0))).isEqualTo(USERS + 1);
    assertThat(online(late)).isEqualTo(1);
    // Each waits a second at most for what it was told to reach the store, and asks that once.
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    await().until(() -> nodes.stream().allMatch(node -> node.failures() > 0));
    redis.start();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(nodes).allMatch(node -> online(node) == 2 * USERS + 1));
    nodes.get(0).disconnect("a7");
    nodes.get(0).disconnect("a8");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(told).contains("a8 PRESENCE_OFFLINE"));
    assertThat(told).doesNotContain("a7 PRESENCE_OFFLINE");
  }

  /** One node after the other stops, and its users come back to another one in time. */
  @Test
  void nobodyFlickersOrStaysBehindWhenNodesAreReplacedOneByOne() {
    for (int round = 0; round < 4; round++) {
      Node next = new Node();
      Node stopping = nodes.get(0);
      nodes.add(next);
      String kind = round % 2 == 0 ? "a" : "b";
      for (int i = 0; i < USERS; i++) {
        stopping.disconnect(kind + i);
        next.connect(kind + i);
      }
      stopping.disconnect("both");
      next.connect("both");
      nodes.remove(stopping);
      stopping.close();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(nodes).allMatch(node -> online(node) == 2 * USERS + 1));
    }
    assertThat(told).hasSize(2 * USERS + 1); // that they came, in the beginning
    for (int i = 0; i < USERS; i++) {
      nodes.get(0).disconnect("a" + i);
      nodes.get(1).disconnect("b" + i);
    }
    nodes.forEach(node -> node.disconnect("both"));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(nodes).allMatch(node -> online(node) == 0));
    await().untilAsserted(() -> assertThat(told).hasSize(2 * (2 * USERS + 1)));
    assertThat(told).doesNotHaveDuplicates();
  }

  @Test
  void theUsersOfANodeThatDiesGoOnce() {
    nodes.add(new Node());
    nodes.remove(1).close();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(online(nodes.get(0))).isEqualTo(USERS + 1));
    await().untilAsserted(() -> assertThat(told).hasSize(2 * USERS + 1 + USERS));
    assertThat(told).doesNotHaveDuplicates().contains("b7 PRESENCE_OFFLINE");
  }

  @Test
  void theUsersOfANodeThatDiedBeforeAWipeGoOnceAndTheOthersStay() {
    await().until(() -> nodes.get(0).store.witnessed("demo") == 2 * USERS + 1);
    double failures = nodes.get(0).failures();
    nodes.remove(1).close();
    try (Jedis jedis = redis.client()) {
      jedis.flushAll();
    }
    await().until(() -> nodes.get(0).failures() > failures); // it has noticed
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(told).hasSize(2 * USERS + 1 + USERS));
    assertThat(told).doesNotHaveDuplicates().contains("b7 PRESENCE_OFFLINE");
    assertThat(online(nodes.get(0))).isEqualTo(USERS + 1);
  }
}
