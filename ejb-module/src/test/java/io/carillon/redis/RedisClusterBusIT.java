package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.Bus;
import io.carillon.bus.BusContract;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import io.carillon.node.LocalProcesses;
import io.carillon.node.NodeId;
import io.carillon.node.ThreadWorkers;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * Two nodes' buses on a real Redis Cluster, whose slots move and whose masters die; each test
 * leaves it as it was, and has a prefix of its own.
 */
class RedisClusterBusIT extends BusContract {
  private static final Duration THIRTY_SECONDS = Duration.ofSeconds(30);
  private static final ClusterKey KEY =
      ClusterKey.of(
          Settings.of(Map.of("CARILLON_CLUSTER_KEY", "a key of the tests, long enough for it")));

  @TempDir static Path folder;
  private static RedisCluster redis;
  private static int prefixes;

  private final List<Runnable> closers = new ArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final Recorder here = new Recorder();
  private final Recorder there = new Recorder();
  private final String prefix = "test" + ++prefixes + ':';

  @BeforeAll
  static void startRedis() {
    redis = new RedisCluster(folder.resolve("common"));
  }

  @AfterAll
  static void stopRedis() {
    if (redis != null) {
      redis.close();
    }
  }

  @AfterEach
  void closeBuses() {
    closers.forEach(Runnable::run);
  }

  private RedisBus start(Recorder recorder, Function<Workers, RedisServers> servers) {
    ThreadWorkers workers = new ThreadWorkers();
    RedisBus bus =
        new RedisBus(servers.apply(workers), prefix, NodeId.random(), KEY, workers, meters);
    closers.add(
        () -> {
          workers.close();
          bus.close();
        });
    bus.listen(recorder);
    return bus;
  }

  /** Knows one member only, so that a cluster has to be recognized. */
  @Override
  protected Bus bus(Recorder recorder) {
    Bus bus = start(recorder, redis::servers);
    await().atMost(THIRTY_SECONDS).until(bus::isConnected);
    return bus;
  }

  private double meter(String name) {
    return meters.get(name).counters().stream().mapToDouble(counter -> counter.count()).sum();
  }

  private static void subscribed(Bus bus, ChannelKey channel) {
    assertThat(bus.subscribe(channel).toCompletableFuture()).succeedsWithin(TEN_SECONDS);
  }

  private static List<Publication> publications(ChannelKey channel, int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> publication(channel, i)).toList();
  }

  private static ChannelKey channel(int number) {
    return new ChannelKey("demo", new ChannelName("channel " + number));
  }

  private String name(ChannelKey channel) {
    return new RedisChannels(prefix).nameOf(channel);
  }

  /** A channel of each master, in their order. */
  private List<ChannelKey> oneOfEachMaster(RedisCluster cluster) {
    return IntStream.range(0, RedisCluster.MASTERS)
        .mapToObj(
            master ->
                IntStream.range(0, 1_000)
                    .mapToObj(RedisClusterBusIT::channel)
                    .filter(key -> cluster.masterOf(name(key)) == cluster.master(master))
                    .findFirst()
                    .orElseThrow())
        .toList();
  }

  private List<String> heard(RedisServer server) {
    try (Jedis jedis = server.client()) {
      assertThat(jedis.pubsubChannels("*")).isEmpty(); // which would go to all servers
      return jedis.pubsubShardChannels(prefix + "channel:*");
    }
  }

  private static long clients(RedisServer server, String name) {
    try (Jedis jedis = server.client()) {
      return jedis.clientList().lines().filter(client -> client.contains("name=" + name)).count();
    }
  }

  @Test
  void bringsEventsInOrderThroughTheMasterOfEachChannel() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    List<ChannelKey> channels = IntStream.range(0, 100).mapToObj(i -> channel(i)).toList();
    channels.forEach(channel -> subscribed(receiver, channel));
    for (int i = 1; i <= 20; i++) {
      for (ChannelKey channel : channels) {
        sender.publish(publications(channel, i, i));
      }
    }
    await().untilAsserted(() -> assertThat(there.events).hasSize(2_000));
    for (ChannelKey channel : channels) {
      assertThat(there.events)
          .filteredOn(event -> event.channel().equals(channel))
          .isEqualTo(publications(channel, 1, 20));
    }
    assertThat(here.events).hasSize(2_000);
    for (int i = 0; i < RedisCluster.MASTERS; i++) {
      RedisServer master = redis.master(i);
      assertThat(heard(master)).isNotEmpty().allMatch(name -> redis.masterOf(name) == master);
    }
    receiver.unsubscribe(channels.get(0));
    await()
        .until(() -> !heard(redis.masterOf(name(channels.get(0)))).contains(name(channels.get(0))));
    assertThat(meter("carillon.bus.unsent")).isZero();
  }

  @Test
  void tellsOtherNodesOfRights() {
    Bus sender = bus(here);
    bus(there);
    RightsChange change = RightsChange.ofUser("demo", new UserId("bob"));
    sender.announce(change);
    await().untilAsserted(() -> assertThat(there.changes).containsExactly(change));
  }

  @Test
  void followsASlotThatMovesWhileItsChannelIsListenedTo() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    String name = name(GENERAL);
    RedisServer from = redis.masterOf(name);
    RedisServer to = redis.anotherThan(name);
    for (int round = 0; round < 2; round++) {
      int before = there.reconnects.get();
      int last = there.events.size();
      redis.move(RedisMap.slotOf(name), from, to);
      // The sender does not know yet: what was turned away is sent again.
      sender.publish(publications(GENERAL, round, round));
      RedisServer now = to;
      await().atMost(THIRTY_SECONDS).until(() -> heard(now).contains(name));
      await().until(() -> there.reconnects.get() > before); // so that the log makes up for a gap
      await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
      assertThat(meter("carillon.bus.unsent")).isZero();
      int settled = there.events.size(); // with or without the one in between
      sender.publish(publications(GENERAL, 1_000 + round, 1_000 + round));
      await().untilAsserted(() -> assertThat(there.events).hasSize(settled + 1));
      assertThat(settled).isBetween(last, last + 1);
      to = from;
      from = now;
    }
  }

  @Test
  void sendsToTheNewMasterWhatTheOldOneTurnsAway() {
    Bus sender = bus(here);
    String name = name(GENERAL);
    redis.move(RedisMap.slotOf(name), redis.masterOf(name), redis.anotherThan(name));
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    await().until(() -> heard(redis.anotherThan(name)).contains(name));
    sender.publish(publications(GENERAL, 1, 1));
    sender.publish(publications(GENERAL, 2, 2));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
    assertThat(meter("carillon.bus.unsent")).isZero();
    assertThat(meter("carillon.bus.sent")).isEqualTo(2);
    redis.move(RedisMap.slotOf(name), redis.anotherThan(name), redis.masterOf(name));
  }

  @Test
  void oneMasterThatIsKilledHoldsUpNoOtherAndComesBack() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    List<ChannelKey> channels = oneOfEachMaster(redis);
    channels.forEach(channel -> subscribed(receiver, channel));
    int before = there.reconnects.get();
    redis.master(0).kill();
    await().until(() -> !receiver.isConnected() && !sender.isConnected());
    for (ChannelKey channel : channels) {
      assertThat(receiver.subscribe(channel).toCompletableFuture()).succeedsWithin(TEN_SECONDS);
      sender.publish(publications(channel, 1, 10));
    }
    assertThat(here.events).hasSize(30);
    await().untilAsserted(() -> assertThat(there.events).hasSize(20));
    await().untilAsserted(() -> assertThat(meter("carillon.bus.unsent")).isEqualTo(10));
    redis.master(0).start();
    await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
    assertThat(there.reconnects.get()).isGreaterThan(before);
    for (ChannelKey channel : channels) {
      sender.publish(publications(channel, 11, 11));
    }
    await().untilAsserted(() -> assertThat(there.events).hasSize(23));
  }

  @Test
  void oneMasterThatStandsStillHoldsUpNoOther() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    List<ChannelKey> channels = oneOfEachMaster(redis);
    channels.forEach(channel -> subscribed(receiver, channel));
    redis.master(1).pause();
    try {
      for (ChannelKey channel : channels) {
        sender.publish(publications(channel, 1, 10));
      }
      await().untilAsserted(() -> assertThat(there.events).hasSize(20));
      await().atMost(THIRTY_SECONDS).until(() -> !receiver.isConnected());
      await().atMost(THIRTY_SECONDS).until(() -> !sender.isConnected());
    } finally {
      redis.master(1).resume();
    }
    await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
    int last = there.events.size();
    sender.publish(publications(channels.get(1), 11, 11));
    await().untilAsserted(() -> assertThat(there.events).hasSize(last + 1));
  }

  @Test
  void followsToTheReplicaThatTakesThePlaceOfAMaster() {
    try (RedisCluster own = new RedisCluster(folder.resolve("own"))) {
      own.replicate(own.master(2));
      Bus sender = start(here, own::servers);
      Bus receiver = start(there, own::servers);
      await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
      List<ChannelKey> channels = oneOfEachMaster(own);
      channels.forEach(channel -> subscribed(receiver, channel));
      int before = there.reconnects.get();
      own.master(2).kill();
      await().until(() -> !receiver.isConnected() && !sender.isConnected());
      await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
      assertThat(there.reconnects.get()).isGreaterThan(before);
      for (ChannelKey channel : channels) {
        sender.publish(publications(channel, 1, 1));
      }
      await().untilAsserted(() -> assertThat(there.events).hasSize(3));
    }
  }

  @Test
  void startsWithSomeHostsOfWhichTheFirstIsDeadAndWithoutAny() {
    String dead = "redis://127.0.0.1:" + LocalProcesses.freePort();
    String url = redis.url().replace("redis://", dead + ',');
    List<RedisAddress> seeds = RedisAddress.parseAll(url);
    assertThat(seeds).hasSize(1 + RedisCluster.MASTERS);
    Bus sender = start(here, workers -> RedisServers.open(seeds, workers));
    await().until(sender::isConnected);
    for (int i = 0; i < RedisCluster.MASTERS; i++) {
      redis.master(i).kill();
    }
    oneOfEachMaster(redis).forEach(channel -> sender.publish(publications(channel, 1, 1)));
    await().until(() -> meter("carillon.bus.unsent") == RedisCluster.MASTERS); // all are missed
    Bus receiver = start(there, workers -> RedisServers.open(seeds, workers));
    assertThat(receiver.subscribe(GENERAL).toCompletableFuture()).isCompleted();
    receiver.publish(publications(OTHER, 1, 1));
    assertThat(there.events).hasSize(1);
    assertThat(receiver.isConnected()).isFalse();
    for (int i = 0; i < RedisCluster.MASTERS; i++) {
      redis.master(i).start();
    }
    await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
  }

  @Test
  void listensToManyChannels() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    List<ChannelKey> channels = IntStream.range(0, 5_000).mapToObj(i -> channel(i)).toList();
    channels.stream()
        .map(receiver::subscribe)
        .toList()
        .forEach(s -> assertThat(s.toCompletableFuture()).succeedsWithin(TEN_SECONDS));
    int before = there.reconnects.get();
    IntStream.range(0, RedisCluster.MASTERS).forEach(i -> redis.master(i).cutSubscribers());
    await().until(() -> there.reconnects.get() >= before + RedisCluster.MASTERS);
    await().atMost(THIRTY_SECONDS).until(receiver::isConnected);
    channels.forEach(channel -> sender.publish(publications(channel, 1, 1)));
    await().atMost(THIRTY_SECONDS).untilAsserted(() -> assertThat(there.events).hasSize(5_000));
    assertThat(there.events.stream().map(ChannelEvent::channel).distinct()).hasSize(5_000);
  }

  @Test
  void usesAMasterThatJoinsAndForgetsOneThatHasNothingAnyMore() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    String name = name(GENERAL);
    RedisServer newcomer = redis.join();
    redis.move(RedisMap.slotOf(name), redis.masterOf(name), newcomer);
    await().atMost(THIRTY_SECONDS).until(() -> heard(newcomer).contains(name));
    // The sender, who listens to nothing there, notices later.
    await().atMost(THIRTY_SECONDS).until(() -> clients(newcomer, "carillon-out") == 2);
    await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
    int last = there.events.size();
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(last + 1));
    redis.move(RedisMap.slotOf(name), newcomer, redis.masterOf(name));
    await().atMost(THIRTY_SECONDS).until(() -> clients(newcomer, "carillon-in") == 0);
    await().atMost(THIRTY_SECONDS).until(() -> clients(newcomer, "carillon-out") == 0);
    await().atMost(THIRTY_SECONDS).until(() -> receiver.isConnected() && sender.isConnected());
    sender.publish(publications(GENERAL, 2, 2));
    await().untilAsserted(() -> assertThat(there.events).hasSize(last + 2));
  }
}
