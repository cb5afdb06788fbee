package io.carillon.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.Bus;
import io.carillon.bus.BusContract;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.UserId;
import io.carillon.node.NodeId;
import io.carillon.node.ThreadWorkers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two nodes' buses on a real Redis, which is killed, stopped and wiped under them. */
class RedisBusIT extends BusContract {
  private static final String PREFIX = "test:";
  private static final int LARGEST_BYTES = 64 * 1024; // of a payload
  private static final ClusterKey KEY =
      ClusterKey.of(
          Settings.of(Map.of("CARILLON_CLUSTER_KEY", "a key of the tests, long enough for it")));

  @TempDir Path folder;

  private final List<Runnable> closers = new ArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final Recorder here = new Recorder();
  private final Recorder there = new Recorder();
  private RedisServer redis;

  @BeforeEach
  void startRedis() {
    redis = new RedisServer(folder);
  }

  @AfterEach
  void stop() {
    closers.forEach(Runnable::run);
    if (redis != null) {
      redis.close();
    }
  }

  private RedisBus start(Recorder recorder, ClusterKey key) {
    return start(recorder, key, PREFIX);
  }

  private RedisBus start(Recorder recorder, ClusterKey key, String prefix) {
    ThreadWorkers workers = new ThreadWorkers();
    RedisBus bus =
        new RedisBus(redis.servers(workers), prefix, NodeId.random(), key, workers, meters);
    closers.add(
        () -> {
          workers.close();
          bus.close();
        });
    bus.listen(recorder);
    return bus;
  }

  @Override
  protected Bus bus(Recorder recorder) {
    Bus bus = start(recorder, KEY);
    await().until(bus::isConnected);
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

  @Test
  void bringsEventsToOtherNodesInOrderAndTheOwnOnesOnce() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(sender, GENERAL);
    subscribed(receiver, GENERAL);
    List<Publication> sent = publications(GENERAL, 1, 1_000);
    for (int i = 0; i < 1_000; i += 10) {
      sender.publish(sent.subList(i, i + 10));
    }
    Signal signal = new Signal(GENERAL, Signal.Type.TYPING, "{}", "alice");
    sender.publish(List.of(signal));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1_001));
    List<ChannelEvent> all = new ArrayList<>(sent);
    all.add(signal);
    assertThat(there.events).isEqualTo(all);
    receiver.publish(publications(GENERAL, 1_001, 1_001)); // its own echo would come before this
    await().untilAsserted(() -> assertThat(here.events).hasSize(1_002));
    assertThat(here.events.subList(0, 1_001)).isEqualTo(all);
    assertThat(there.events).hasSize(1_002);
  }

  @Test
  void bringsOnlyWhatSomebodyHereListensTo() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    subscribed(receiver, OTHER);
    sender.publish(publications(OTHER, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
    receiver.unsubscribe(OTHER);
    try (Jedis jedis = redis.client()) {
      await()
          .untilAsserted(
              () ->
                  assertThat(jedis.pubsubChannels(PREFIX + "channel:*"))
                      .containsExactly(PREFIX + "channel:demo/general"));
    }
    sender.publish(publications(OTHER, 2, 2));
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
    assertThat(there.events.get(1).channel()).isEqualTo(GENERAL);
  }

  /** What one transaction of the log may store: each as large as the largest message. */
  private static List<Publication> large(ChannelKey channel, int count, String character) {
    String payload =
        '"' + character.repeat((LARGEST_BYTES - 2) / character.getBytes(UTF_8).length) + '"';
    return IntStream.rangeClosed(1, count)
        .mapToObj(
            i ->
                new Publication(
                    channel,
                    ChannelKind.CHAT,
                    "k3",
                    i,
                    i,
                    Publication.Change.CREATED,
                    "id-" + i,
                    "message",
                    payload,
                    "alice",
                    "Alice",
                    "",
                    "",
                    i,
                    0,
                    1,
                    InboxState.NEW))
        .toList();
  }

  @Test
  void bringsAsManyOfTheLargestMessagesAsAreStoredAtOnce() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    List<Publication> sent = large(GENERAL, 256, "x");
    sender.publish(sent);
    await().untilAsserted(() -> assertThat(there.events).hasSize(256));
    assertThat(there.events).isEqualTo(sent);
    sender.publish(publications(GENERAL, 257, 257));
    await().untilAsserted(() -> assertThat(there.events).hasSize(257));
    assertThat(meter("carillon.bus.sent")).isEqualTo(257);
    assertThat(meter("carillon.bus.unsent")).isZero();
    assertThat(meters.find("carillon.bus.rejected").counters()).isEmpty();
  }

  @Test
  void keepsABoundedNumberOfBytesForARedisThatTakesNone() {
    Bus sender = bus(here);
    redis.pause();
    sender.publish(large(GENERAL, 1_000, "\u20ac")); // three bytes each, and one character
    double kept = 1_000 - meter("carillon.bus.unsent");
    assertThat(kept * LARGEST_BYTES).isLessThanOrEqualTo(32 * 1024 * 1024);
    redis.resume();
    await().until(sender::isConnected);
    await()
        .untilAsserted(
            () ->
                assertThat(meter("carillon.bus.unsent") + meter("carillon.bus.sent"))
                    .isEqualTo(1_000));
  }

  @Test
  void isNotConnectedToARedisThatRefusesWhatItSends() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    try (Jedis jedis = redis.client()) {
      jedis.aclSetUser("default", "-publish"); // it may still connect, ping and subscribe
      sender.publish(publications(GENERAL, 1, 10));
      await().until(() -> !sender.isConnected());
      assertThat(meter("carillon.bus.sent")).isZero();
      assertThat(meter("carillon.bus.unsent")).isEqualTo(10);
      await().during(Duration.ofSeconds(2)).atMost(TEN_SECONDS).until(() -> !sender.isConnected());
      jedis.aclSetUser("default", "+publish");
    }
    await().until(sender::isConnected);
    sender.publish(publications(GENERAL, 11, 11));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
    assertThat(there.events.get(0)).isEqualTo(publication(GENERAL, 11));
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
  void goesOnAfterAListenerThatFails() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    there.failure = new IllegalStateException("asked for by the test");
    sender.publish(publications(GENERAL, 1, 3));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
    there.failure = new IllegalStateException("asked for by the test");
    sender.announce(RightsChange.ofUser("demo", new UserId("bob")));
    sender.publish(publications(GENERAL, 4, 4));
    await().untilAsserted(() -> assertThat(there.events).hasSize(3));
    assertThat(there.changes).isEmpty();
  }

  @Test
  void dropsWhatIsNotSignedByTheCluster() {
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    Bus stranger =
        start(
            here,
            ClusterKey.of(
                Settings.of(
                    Map.of(
                        "CARILLON_CLUSTER_KEY", "another key of the tests, long enough for it"))));
    await().until(stranger::isConnected);
    stranger.publish(publications(GENERAL, 1, 1));
    try (Jedis jedis = redis.client()) {
      byte[] channel = RedisChannels.bytes(PREFIX + "channel:demo/general");
      jedis.publish(channel, new byte[0]);
      jedis.publish(channel, "{\"event\":\"message:new\"}".getBytes(UTF_8));
      jedis.publish(channel, new byte[1_000_000]);
      jedis.publish((PREFIX + "rights").getBytes(UTF_8), new byte[100]);
    }
    // Five here, and what concerns rights is refused by the stranger, too.
    await().untilAsserted(() -> assertThat(meter("carillon.bus.rejected")).isEqualTo(6));
    Bus sender = bus(new Recorder());
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
    assertThat(there.changes).isEmpty();
  }

  @Test
  void hearsNothingOfAnotherInstallationOnTheSameRedis() {
    Bus receiver = bus(there);
    Bus neighbour = start(here, KEY, PREFIX + "other:"); // which even has the same key
    await().until(neighbour::isConnected);
    subscribed(receiver, GENERAL);
    subscribed(neighbour, GENERAL);
    Recorder besides = new Recorder();
    Bus sender = bus(besides);
    subscribed(sender, GENERAL);
    neighbour.publish(publications(GENERAL, 1, 100));
    neighbour.announce(RightsChange.ofAll());
    sender.publish(publications(GENERAL, 101, 101));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
    // Redis brings one node's after the other's, so what would cross has come by then, too.
    neighbour.publish(publications(GENERAL, 102, 102));
    sender.publish(publications(GENERAL, 103, 103));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
    assertThat(there.events)
        .isEqualTo(List.of(publication(GENERAL, 101), publication(GENERAL, 103)));
    assertThat(there.changes).isEmpty();
    assertThat(here.events).hasSize(101);
    assertThat(here.changes).hasSize(1);
    assertThat(meters.find("carillon.bus.rejected").counters()).isEmpty();
  }

  @Test
  void doesNotTakeUpAgainWhatWasGivenUpWhileRedisWasAway() {
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    subscribed(receiver, OTHER);
    redis.kill();
    await().until(() -> !receiver.isConnected());
    receiver.unsubscribe(OTHER);
    ChannelKey later = new ChannelKey("demo", new ChannelName("later"));
    receiver.subscribe(later);
    receiver.unsubscribe(later);
    int before = there.reconnects.get();
    redis.start();
    await().until(() -> there.reconnects.get() > before);
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.pubsubChannels("*"))
          .containsExactlyInAnyOrder(PREFIX + "channel:demo/general", PREFIX + "rights");
    }
  }

  @Test
  void needsTwoConnectionsHoweverManyChannelsThereAre() {
    Bus bus = bus(here);
    List<ChannelKey> channels =
        IntStream.range(0, 1_000)
            .mapToObj(i -> new ChannelKey("demo", new ChannelName("channel " + i)))
            .toList();
    channels.forEach(bus::subscribe);
    channels.forEach(channel -> bus.publish(publications(channel, 1, 1)));
    await().untilAsserted(() -> assertThat(meter("carillon.bus.sent")).isEqualTo(1_000));
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.clientList().lines().filter(line -> line.contains("name=carillon-")))
          .hasSize(2);
      await().untilAsserted(() -> assertThat(jedis.pubsubChannels("*")).hasSize(1_001));
      channels.subList(0, 900).forEach(bus::unsubscribe);
      await().untilAsserted(() -> assertThat(jedis.pubsubChannels("*")).hasSize(101));
    }
  }

  @Test
  void comesBackAfterRedisWasKilled() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    int before = there.reconnects.get();
    redis.kill();
    await().until(() -> !receiver.isConnected() && !sender.isConnected());
    // Nobody waits for it: not who joins, nor who sends.
    assertThat(receiver.subscribe(OTHER).toCompletableFuture()).isCompleted();
    sender.publish(publications(GENERAL, 1, 100));
    assertThat(here.events).hasSize(100);
    await().untilAsserted(() -> assertThat(meter("carillon.bus.unsent")).isEqualTo(100));
    redis.start();
    await().until(() -> receiver.isConnected() && sender.isConnected());
    await().until(() -> there.reconnects.get() > before);
    sender.publish(publications(GENERAL, 101, 101));
    sender.publish(publications(OTHER, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(2));
  }

  @Test
  void startsWithoutRedis() {
    redis.kill();
    Bus bus = start(there, KEY);
    assertThat(bus.subscribe(GENERAL).toCompletableFuture()).isCompleted();
    assertThat(bus.isConnected()).isFalse();
    redis.start();
    await().until(bus::isConnected);
    Bus sender = bus(here);
    await().until(() -> there.reconnects.get() > 0);
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
  }

  @Test
  void noticesARedisThatStandsStill() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    redis.pause();
    await().atMost(Duration.ofSeconds(15)).until(() -> !receiver.isConnected());
    await().atMost(Duration.ofSeconds(15)).until(() -> !sender.isConnected());
    redis.resume();
    await().until(() -> receiver.isConnected() && sender.isConnected());
    int last = there.events.size();
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(last + 1));
  }

  @Test
  void comesBackAfterRedisHasCutItsSubscribers() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    subscribed(receiver, GENERAL);
    int before = there.reconnects.get();
    redis.cutSubscribers();
    await().until(() -> there.reconnects.get() > before);
    await().until(() -> receiver.isConnected() && sender.isConnected());
    sender.publish(publications(GENERAL, 1, 1));
    await().untilAsserted(() -> assertThat(there.events).hasSize(1));
  }

  @Test
  void listensToManyChannels() {
    Bus sender = bus(here);
    Bus receiver = bus(there);
    List<ChannelKey> channels =
        IntStream.range(0, 5_000)
            .mapToObj(i -> new ChannelKey("demo", new ChannelName("channel " + i)))
            .toList();
    channels.stream()
        .map(receiver::subscribe)
        .toList()
        .forEach(s -> s.toCompletableFuture().join());
    int before = there.reconnects.get();
    redis.cutSubscribers();
    await().until(() -> there.reconnects.get() > before);
    channels.forEach(channel -> sender.publish(publications(channel, 1, 1)));
    await().untilAsserted(() -> assertThat(there.events).hasSize(5_000));
  }
}
