package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.node.ThreadWorkers;
import io.carillon.presence.PresenceChange;
import io.carillon.presence.PresenceEntry;
import io.carillon.presence.PresenceKey;
import io.carillon.presence.PresenceScope;
import io.carillon.presence.PresenceStore;
import io.carillon.presence.PresenceStoreContract;
import io.carillon.presence.PresenceTransition;
import io.carillon.presence.PresenceView;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** One real Redis, and several nodes' stores on it; each test has a prefix of its own. */
class RedisPresenceStoreIT extends PresenceStoreContract {
  @TempDir static Path folder;
  private static RedisServer redis;
  private static int prefixes;

  private final List<RedisPresenceStore> opened = new ArrayList<>();
  private final ThreadWorkers workers = new ThreadWorkers();
  private String prefix;

  @BeforeAll
  static void startRedis() {
    redis = new RedisServer(folder);
  }

  @AfterAll
  static void stopRedis() {
    if (redis != null) {
      redis.close();
    }
  }

  @AfterEach
  void closeStores() {
    opened.forEach(RedisPresenceStore::close);
    workers.close();
  }

  @Override
  protected PresenceStore create(Settings settings, Clock time) {
    prefix = "test" + ++prefixes + ':';
    return open(settings, time);
  }

  private RedisPresenceStore open(Settings settings, Clock time) {
    return opened(
        new RedisPresenceStore(
            redis.servers(workers),
            prefix,
            settings.presence(),
            workers,
            () -> Long.toString(time.millis())));
  }

  private RedisPresenceStore opened(RedisPresenceStore made) {
    opened.add(made);
    return made;
  }

  /** Another node. */
  private RedisPresenceStore node() {
    return open(Settings.of(Map.of()), clock);
  }

  @Override
  protected int schedules() {
    return 60; // each makes some thousand round trips
  }

  @Override
  protected int callsOfEach() {
    return 1_500;
  }

  private static List<PresenceChange> kept(PresenceEntry... entries) {
    return List.of(entries).stream().map(PresenceChange::keep).toList();
  }

  private static List<PresenceChange> extended(PresenceEntry... entries) {
    return List.of(entries).stream().map(PresenceChange::extend).toList();
  }

  private static PresenceEntry[] many(int count, String node) {
    return IntStream.range(0, count)
        .mapToObj(i -> entry(node + i, node + "-c" + i))
        .toArray(PresenceEntry[]::new);
  }

  // ---- several nodes

  @Test
  void agreesOnWhoIsThereWhateverTwoNodesDoAtOnce() throws Exception {
    Random seeds = seeded("two nodes on one Redis");
    PresenceStore[] nodes = {store, node()};
    List<PresenceScope> scopes =
        List.of(
            DEMO,
            GENERAL,
            PresenceScope.of("other"),
            PresenceScope.of(new ChannelKey("other", new ChannelName("general"))));
    List<PresenceTransition> told = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(nodes.length);
    try {
      CyclicBarrier together = new CyclicBarrier(nodes.length);
      List<Callable<List<PresenceTransition>>> work = new ArrayList<>();
      for (int i = 0; i < nodes.length; i++) {
        Random random = new Random(seeds.nextLong());
        String name = "node" + i;
        PresenceStore node = nodes[i];
        work.add(
            () -> {
              together.await();
              return actAtRandom(node, name, random, scopes);
            });
      }
      for (Future<List<PresenceTransition>> done : pool.invokeAll(work, 5, TimeUnit.MINUTES)) {
        told.addAll(done.get());
      }
    } finally {
      pool.shutdownNow();
    }
    told.addAll(store.sweep(ALL).transitions());

    Map<PresenceScope, Set<UserId>> online = new HashMap<>();
    Set<String> sequences = new HashSet<>();
    told.sort(Comparator.comparingLong(PresenceTransition::sequence));
    for (PresenceTransition transition : told) {
      Set<UserId> there = online.computeIfAbsent(transition.scope(), scope -> new HashSet<>());
      boolean alternates =
          transition.isOnline() ? there.add(transition.user()) : there.remove(transition.user());
      assertThat(alternates).as("%s after its opposite", transition).isTrue();
      assertThat(sequences.add(transition.scope().organization() + transition.sequence())).isTrue();
    }
    assertThat(told.size()).isGreaterThan(1_000);
    int there = 0;
    for (PresenceScope scope : scopes) {
      for (PresenceStore node : nodes) {
        assertThat(node.present(scope, ALL))
            .as("in %s", scope)
            .extracting(PresenceView::userId)
            .containsExactlyInAnyOrderElementsOf(online.getOrDefault(scope, Set.of()));
      }
      there += online.getOrDefault(scope, Set.of()).size();
    }
    assertThat(there).isPositive();
  }

  private List<PresenceTransition> actAtRandom(
      PresenceStore node, String name, Random random, List<PresenceScope> scopes) {
    List<PresenceTransition> told = new ArrayList<>();
    List<PresenceEntry> mine = new ArrayList<>();
    for (int call = 0; call < 4_000; call++) {
      List<PresenceChange> changes = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        int what = random.nextInt(10);
        if (what < 4 || mine.isEmpty()) {
          PresenceScope scope = scopes.get(random.nextInt(scopes.size()));
          PresenceEntry entry = entry(scope, "u" + random.nextInt(10), name + '-' + call + '-' + i);
          mine.add(entry);
          changes.add(PresenceChange.keep(entry));
        } else {
          int at = random.nextInt(mine.size());
          switch (what) {
            case 4 -> changes.add(PresenceChange.release(mine.remove(at)));
            case 5 -> changes.add(PresenceChange.extend(mine.get(at)));
            case 6 -> mine.remove(at); // without a word
            default -> changes.add(PresenceChange.remove(mine.remove(at)));
          }
        }
      }
      told.addAll(node.apply(changes));
      if (random.nextInt(4) == 0) {
        told.addAll(node.sweep(1 + random.nextInt(20)).transitions());
      }
      if (random.nextInt(8) == 0) {
        clock.pass(Duration.ofMillis(random.nextInt(4_000)));
      }
    }
    return told;
  }

  @Test
  void doesNotNoticeAPageReloadedOnAnotherNodeNorASecondTabThere() {
    PresenceStore other = node();
    keep(entry("alice", "c1"));
    release(entry("alice", "c1"));
    assertThat(sweepAfter(GRACE.minusMillis(1))).isEmpty();
    assertThat(told(other.apply(kept(entry("alice", "c2"))))).isEmpty();
    assertThat(sweepAfter(GRACE)).isEmpty();
    assertThat(keep(entry("alice", "c3"))).isEmpty();
    assertThat(remove(entry("alice", "c3"))).isEmpty();
    other.apply(List.of(PresenceChange.release(entry("alice", "c2"))));
    assertThat(sweepAfter(GRACE)).containsExactly("alice OFFLINE");
    assertThat(told(other.sweep(ALL).transitions())).isEmpty();
  }

  @Test
  void asksForAThousandUsersInOneRoundTrip() {
    keep(
        IntStream.range(0, 1_000)
            .mapToObj(i -> entry("u" + i, "c" + i))
            .toArray(PresenceEntry[]::new));
    List<UserId> users = IntStream.range(500, 1_500).mapToObj(i -> user("u" + i)).toList();
    store.query("demo", users); // the connection is open, and the script known
    try (Jedis jedis = redis.client()) {
      jedis.configResetStat();
      assertThat(store.query("demo", users))
          .hasSize(1_000)
          .filteredOn(PresenceView::online)
          .hasSize(500);
      // All but the first run inside it.
      assertThat(jedis.info("commandstats").lines())
          .filteredOn(line -> line.startsWith("cmdstat_"))
          .extracting(line -> line.replaceFirst("cmdstat_(.*):calls=(\\d+),.*", "$1 $2"))
          .containsExactlyInAnyOrder(
              "evalsha 1", "zrevrangebylex 1000", "zmscore 1", "hmget 1", "config|resetstat 1");
    }
  }

  @Test
  void endsTheEntriesOfADeadNodeOnceThoughTwoNodesSweep() throws Exception {
    PresenceEntry[] dead = many(1_000, "dead");
    node().apply(kept(dead)); // and never says a word again
    PresenceEntry[] living = many(100, "living");
    store.apply(kept(living));
    store.apply(kept(entry("dead7", "elsewhere")));
    PresenceEntry elsewhere = entry("dead7", "elsewhere");
    PresenceStore other = node();
    List<String> told = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      for (int second = 1; second <= TTL.toSeconds() + 1; second++) {
        clock.pass(SWEEP);
        if (second % HEARTBEAT.toSeconds() == 0) {
          store.apply(extended(living));
          store.apply(extended(elsewhere));
        }
        List<Callable<List<String>>> both =
            List.of(
                () -> told(store.sweep(300).transitions()),
                () -> told(other.sweep(300).transitions()));
        for (int i = 0; i < 3; i++) {
          for (Future<List<String>> swept : pool.invokeAll(both, 1, TimeUnit.MINUTES)) {
            told.addAll(swept.get());
          }
        }
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(told)
        .hasSize(999)
        .doesNotHaveDuplicates()
        .doesNotContain("dead7 OFFLINE")
        .allMatch(t -> t.startsWith("dead") && t.endsWith(" OFFLINE"));
    assertThat(store.present(DEMO, ALL)).hasSize(101);
  }

  @Test
  void sweepsEachOfVeryManyOrganizationsInTurn() {
    for (int from = 0; from < 2_500; from += 500) {
      store.apply(
          IntStream.range(from, from + 500)
              .mapToObj(
                  i -> PresenceChange.keep(entry(PresenceScope.of("o" + i), "alice", "c" + i)))
              .toList());
    }
    clock.pass(TTL);
    PresenceStore other = node(); // which has never heard of them
    int ended = 0;
    for (int call = 0; call < 5; call++) {
      ended += other.sweep(1_000).entries();
    }
    assertThat(ended).isEqualTo(2_500);
  }

  @Test
  void forgetsOrganizationsThatHaveBeenEmptyForLong() {
    keep(entry("alice", "c1"));
    keep(entry(PresenceScope.of("other"), "bob", "c2"));
    sweepAfter(TTL);
    assertThat(organizations()).containsExactlyInAnyOrder("demo", "other");
    clock.pass(Duration.ofMinutes(10));
    sweep();
    PresenceStore second = node();
    second.apply(kept(entry(PresenceScope.of("other"), "bob", "c3")));
    sweep();
    sweep();
    assertThat(organizations()).containsExactly("other");
    assertThat(keep(entry("alice", "c4"))).containsExactly("alice ONLINE");
    assertThat(organizations()).containsExactlyInAnyOrder("demo", "other");
    assertThat(sweepAfter(TTL)).containsExactlyInAnyOrder("alice OFFLINE", "bob OFFLINE");
  }

  private Set<String> organizations() {
    try (Jedis jedis = redis.client()) {
      return new HashSet<>(jedis.zrange(prefix + "presence:organizations", 0, -1));
    }
  }

  // ---- a Redis that loses everything

  private static void wipe() {
    try (Jedis jedis = redis.client()) {
      jedis.flushAll();
    }
  }

  /** Sweeps on a node each second for a while. */
  private List<String> sweepFor(Duration time, PresenceStore node) {
    List<String> told = new ArrayList<>();
    for (long second = 0; second < time.toSeconds(); second++) {
      clock.pass(SWEEP);
      told.addAll(told(node.sweep(ALL).transitions()));
    }
    return told;
  }

  private void losesEverything(PresenceStore... nodes) {
    wipe();
    for (PresenceStore node : nodes) {
      assertThatThrownBy(() -> node.sweep(ALL)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void theUsersOfANodeThatDiedBeforeAWipeGoOnce() {
    PresenceEntry[] dead = many(2_500, "dead");
    PresenceStore died = node();
    for (int from = 0; from < dead.length; from += 500) {
      died.apply(kept(Arrays.copyOfRange(dead, from, from + 500)));
    }
    PresenceEntry[] here = many(50, "here");
    store.apply(kept(here));
    PresenceStore other = node();
    sweep();
    other.sweep(ALL);
    losesEverything(store, other);
    assertThat(told(store.apply(extended(here)))).isEmpty();
    // Somebody came back to another node before anybody knew that theirs had died.
    assertThat(told(other.apply(kept(entry("dead7", "elsewhere"))))).isEmpty();
    List<String> told = new ArrayList<>();
    for (int second = 0; second < TTL.toSeconds() + 1; second++) {
      told.addAll(sweepFor(SWEEP, store));
      told.addAll(told(other.sweep(ALL).transitions()));
      if (second == 10) {
        assertThat(told).isEmpty();
        assertThat(store.present(DEMO, ALL)).hasSize(2_550);
      }
      if (second % HEARTBEAT.toSeconds() == 0) {
        assertThat(told(store.apply(extended(here)))).isEmpty();
        assertThat(told(other.apply(extended(entry("dead7", "elsewhere"))))).isEmpty();
      }
    }
    assertThat(told)
        .hasSize(2_499)
        .doesNotHaveDuplicates()
        .allMatch(t -> t.startsWith("dead") && t.endsWith(" OFFLINE"))
        .doesNotContain("dead7 OFFLINE");
    assertThat(view("dead8").lastSeenMillis()).isPositive();
    assertThat(store.present(DEMO, ALL)).hasSize(51);
  }

  @Test
  void whoWentJustBeforeAWipeDoesNotGoAgain() {
    PresenceStore other = node();
    PresenceEntry stays = entry("stays", "c1");
    store.apply(kept(stays));
    other.apply(kept(entry("bob", "c2")));
    other.apply(kept(entry("carol", "c3")));
    sweep();
    other.sweep(ALL);
    assertThat(told(other.apply(List.of(PresenceChange.remove(entry("bob", "c2"))))))
        .containsExactly("bob OFFLINE"); // which the first node does not know yet
    losesEverything(store, other);
    store.apply(extended(stays));
    // Carol's connection was closed meanwhile, so nobody tells it again.
    List<String> told = new ArrayList<>();
    for (int second = 0; second < TTL.toSeconds() + 1; second++) {
      told.addAll(sweepFor(SWEEP, store));
      told.addAll(told(other.sweep(ALL).transitions()));
      told.addAll(told(store.apply(extended(stays))));
    }
    assertThat(told).containsExactly("carol OFFLINE");
    assertThat(told(other.apply(kept(entry("bob", "c4"))))).containsExactly("bob ONLINE");
  }

  @Test
  void whoComesBackAndGoesSoonAfterAWipeDoesNotGoAgain() {
    PresenceStore died = node();
    died.apply(kept(entry("bob", "c1")));
    PresenceStore other = node();
    sweep();
    other.sweep(ALL);
    losesEverything(store, other);
    assertThat(keep(entry("bob", "c2"))).isEmpty();
    assertThat(remove(entry("bob", "c2"))).containsExactly("bob OFFLINE");
    List<String> told = sweepFor(TTL.plus(SWEEP), other);
    told.addAll(sweepFor(SWEEP, store));
    assertThat(told).isEmpty();
    assertThat(keep(entry("bob", "c3"))).containsExactly("bob ONLINE");
  }

  @Test
  void followsWhoIsThereEvenWhereTheLogWasShortened() {
    PresenceStore died = node();
    died.apply(kept(entry("stays", "c")));
    sweep();
    for (int round = 0; round < 6; round++) {
      PresenceEntry[] many = many(1_000, "r" + round + "-");
      died.apply(kept(many));
      died.apply(Stream.of(many).map(PresenceChange::remove).toList());
    }
    died.apply(kept(entry("late", "c2")));
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.zcard(prefix + "presence:{demo}:log")).isEqualTo(10_000);
    }
    sweep();
    losesEverything(store);
    assertThat(sweepFor(TTL.plus(SWEEP), store))
        .containsExactlyInAnyOrder("stays OFFLINE", "late OFFLINE");
  }

  @Test
  void whoeverIsThereStaysWhenOneOrganizationAloneIsLost() {
    PresenceStore died = node();
    died.apply(kept(entry("alice", "c1")));
    died.apply(kept(entry(PresenceScope.of("other"), "bob", "c2")));
    sweep();
    clock.pass(Duration.ofSeconds(30));
    try (Jedis jedis = redis.client()) {
      jedis.keys(prefix + "presence:{demo}*").forEach(jedis::del);
    }
    assertThatThrownBy(this::sweep).isInstanceOf(IllegalStateException.class);
    assertThat(sweepFor(Duration.ofSeconds(29), store)).isEmpty();
    assertThat(sweepFor(SWEEP, store)).containsExactly("bob OFFLINE");
    assertThat(sweepFor(Duration.ofSeconds(31), store)).containsExactly("alice OFFLINE");
  }

  @Test
  void isRebuiltAfterAWipeWithoutAnybodyComingOrGoing() {
    PresenceStore other = node();
    PresenceEntry[] here = many(50, "here");
    PresenceEntry[] there = many(50, "there");
    PresenceEntry both = entry("here1", "tab");
    store.apply(kept(here));
    other.apply(kept(there));
    other.apply(kept(both));
    wipe();
    // Nothing new gets in before what was there.
    assertThatThrownBy(() -> store.apply(kept(entry("late", "late"))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(view("late").online()).isFalse();
    assertThat(told(store.apply(extended(here)))).isEmpty();
    assertThat(told(store.apply(kept(entry("late", "late"))))).containsExactly("late ONLINE");
    assertThatThrownBy(() -> other.sweep(ALL)).isInstanceOf(IllegalStateException.class);
    assertThat(told(other.apply(extended(there)))).isEmpty();
    assertThat(told(other.apply(extended(both)))).isEmpty();
    assertThat(store.present(DEMO, ALL)).hasSize(101);
    for (int second = 0; second < 20; second++) {
      assertThat(sweepAfter(SWEEP)).isEmpty();
      assertThat(other.sweep(ALL).transitions()).isEmpty();
    }
    assertThat(remove(here[1])).isEmpty();
    assertThat(told(other.apply(List.of(PresenceChange.remove(both)))))
        .containsExactly("here1 OFFLINE");
  }

  @Test
  void noticesAWipeByTheSweepAlone() {
    keep(entry("alice", "c1"));
    sweep();
    wipe();
    assertThatThrownBy(this::sweep).isInstanceOf(IllegalStateException.class);
    assertThat(sweep()).isEmpty();
    assertThat(extend(entry("alice", "c1"))).isEmpty();
    assertThat(view("alice").online()).isTrue();
  }

  @Test
  void goesOnWithHigherSequencesAfterAWipe() {
    List<PresenceTransition> before = store.apply(kept(entry("alice", "c1")));
    clock.pass(Duration.ofHours(-1));
    wipe();
    assertThatThrownBy(this::sweep).isInstanceOf(IllegalStateException.class);
    List<PresenceTransition> after = store.apply(kept(entry("bob", "c2")));
    assertThat(after.get(0).sequence()).isGreaterThan(before.get(0).sequence());
  }

  @Test
  void comesBackAfterRedisWasKilled() {
    keep(entry("alice", "c1"));
    redis.kill();
    assertThatThrownBy(() -> keep(entry("bob", "c2")))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
    assertThatThrownBy(() -> view("alice")).isInstanceOf(RealtimeException.class);
    redis.start();
    await()
        .ignoreExceptionsInstanceOf(RealtimeException.class)
        .until(() -> !view("alice").online());
    await()
        .ignoreExceptionsInstanceOf(RealtimeException.class)
        .untilAsserted(
            () -> assertThatThrownBy(this::sweep).isExactlyInstanceOf(IllegalStateException.class));
    assertThat(extend(entry("alice", "c1"))).isEmpty();
    assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE");
    assertThat(view("alice").online()).isTrue();
  }

  @Test
  void findsAnotherConnectionAtOnceWhereItsOwnWereClosed() {
    keep(entry("alice", "c1"));
    view("alice");
    try (Jedis jedis = redis.client()) {
      jedis.clientKill(
          new ClientKillParams().type(ClientType.NORMAL).skipMe(ClientKillParams.SkipMe.YES));
    }
    assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE");
    assertThat(view("alice").online()).isTrue();
  }

  @Test
  void bringsItsScriptsToARedisThatHasForgottenThem() {
    keep(entry("alice", "c1"));
    try (Jedis jedis = redis.client()) {
      jedis.scriptFlush();
    }
    assertThat(keep(entry("bob", "c2"), entry(PresenceScope.of("other"), "bob", "c2")))
        .containsExactly("bob ONLINE", "bob ONLINE");
    assertThat(view("alice").online()).isTrue();
  }

  // ---- answers that are lost, and calls that are late

  @Test
  void givesTransitionsOfACallWhoseAnswerWasLostWithALaterOne() {
    keep(entry("alice", "c1"));
    redis.pause();
    try {
      assertThatThrownBy(() -> keep(entry("bob", "c2"))).isInstanceOf(RealtimeException.class);
    } finally {
      redis.resume(); // and does what it was asked for
    }
    await().ignoreExceptionsInstanceOf(RealtimeException.class).until(() -> view("bob").online());
    List<String> told = new ArrayList<>();
    await().ignoreExceptionsInstanceOf(RealtimeException.class).until(() -> told.addAll(sweep()));
    assertThat(told).containsExactly("bob ONLINE");
    assertThat(keep(entry("bob", "c2"))).isEmpty();
    assertThat(sweep()).isEmpty();
  }

  @Test
  void doesNotCarryOutACallThatALaterOneHasOvertaken() {
    keep(entry("alice", "c1"));
    try (Jedis jedis = redis.client()) {
      List<String> callers = List.copyOf(jedis.keys(prefix + "presence:{demo}:node:*"));
      assertThat(callers).hasSize(1);
      jedis.hset(callers.get(0), "call", "3");
    }
    assertThat(remove(entry("alice", "c1"))).isEmpty(); // the second
    assertThat(remove(entry("alice", "c1"))).isEmpty();
    assertThat(view("alice").online()).isTrue();
    assertThat(remove(entry("alice", "c1"))).containsExactly("alice OFFLINE");
  }

  @Test
  void neverWaitsLongForARedisThatStandsStill() {
    List<PresenceChange> large =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    PresenceChange.keep(
                        new PresenceEntry(
                            new PresenceKey(DEMO, "c" + i), user("u" + i), "x".repeat(1_024))))
            .toList();
    store.apply(large);
    view("u1");
    redis.pause();
    try {
      for (Runnable call :
          List.<Runnable>of(() -> store.apply(large), () -> store.sweep(1_000), () -> view("u1"))) {
        long began = System.nanoTime();
        assertThatThrownBy(call::run).isInstanceOf(RealtimeException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      }
    } finally {
      redis.resume();
    }
    await().ignoreExceptionsInstanceOf(RealtimeException.class).until(() -> view("u1").online());
  }

  // ---- by Redis' own time

  @Test
  void endsEntriesByTheTimeOfRedis() {
    Settings soon = Settings.of(Map.of("CARILLON_PRESENCE_GRACE", "200ms"));
    RedisPresenceStore real =
        opened(new RedisPresenceStore(redis.servers(workers), prefix, soon.presence(), workers));
    assertThat(told(real.apply(kept(entry("alice", "c1"))))).containsExactly("alice ONLINE");
    long seen = real.query("demo", List.of(user("alice"))).get(0).lastSeenMillis();
    assertThat(Math.abs(System.currentTimeMillis() - seen)).isLessThan(60_000);
    assertThat(real.sweep(ALL).entries()).isZero();
    real.apply(List.of(PresenceChange.release(entry("alice", "c1"))));
    await()
        .untilAsserted(
            () -> assertThat(told(real.sweep(ALL).transitions())).containsExactly("alice OFFLINE"));
  }

  @Test
  void leavesNothingBehindThatLastsForever() {
    keep(entry("alice", "c1"), entry(GENERAL, "alice", "c1"));
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.keys(prefix + "*{*")).hasSize(7).allMatch(key -> jedis.pttl(key) > 0);
    }
    remove(entry("alice", "c1"), entry(GENERAL, "alice", "c1"));
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.keys(prefix + "*{*"))
          .extracting(key -> key.substring(key.indexOf('}') + 2).replaceFirst(":.*", ""))
          .containsExactlyInAnyOrder("state", "seen", "node", "log", "gone");
      assertThat(jedis.keys(prefix + "*{*")).allMatch(key -> jedis.pttl(key) > 0);
    }
  }
}
