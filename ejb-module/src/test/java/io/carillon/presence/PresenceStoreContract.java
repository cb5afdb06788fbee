package io.carillon.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.UserId;
import io.carillon.presence.PresenceTransition.Change;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link PresenceStore} does. Time passes only when a test says so. */
public abstract class PresenceStoreContract {
  protected static final Duration TTL = Duration.ofSeconds(60);
  protected static final Duration GRACE = Duration.ofSeconds(5);
  protected static final Duration HEARTBEAT = Duration.ofSeconds(20);
  protected static final Duration SWEEP = Duration.ofSeconds(1);
  protected static final PresenceScope DEMO = PresenceScope.of("demo");
  protected static final PresenceScope GENERAL =
      PresenceScope.of(new ChannelKey("demo", new ChannelName("general")));
  protected static final int ALL = 1_000_000;

  protected final ManualClock clock = new ManualClock();
  protected PresenceStore store;

  /** A new and empty store that reads the time from this clock. */
  protected abstract PresenceStore create(Settings settings, Clock clock);

  /** Random schedules to run. */
  protected int schedules() {
    return 300;
  }

  /** Calls of each of several concurrent callers. */
  protected int callsOfEach() {
    return 10_000;
  }

  @BeforeEach
  void createStore() {
    store = create(Settings.of(Map.of()), clock);
  }

  protected static UserId user(String id) {
    return new UserId(id);
  }

  protected static PresenceEntry entry(PresenceScope scope, String user, String connection) {
    return new PresenceEntry(new PresenceKey(scope, connection), user(user), "{}");
  }

  protected static PresenceEntry entry(String user, String connection) {
    return entry(DEMO, user, connection);
  }

  protected List<String> keep(PresenceEntry... entries) {
    return apply(PresenceChange.Kind.KEEP, entries);
  }

  protected List<String> extend(PresenceEntry... entries) {
    return apply(PresenceChange.Kind.EXTEND, entries);
  }

  protected List<String> release(PresenceEntry... entries) {
    return apply(PresenceChange.Kind.RELEASE, entries);
  }

  protected List<String> remove(PresenceEntry... entries) {
    return apply(PresenceChange.Kind.REMOVE, entries);
  }

  private List<String> apply(PresenceChange.Kind kind, PresenceEntry... entries) {
    List<PresenceChange> changes = new ArrayList<>();
    for (PresenceEntry entry : entries) {
      changes.add(new PresenceChange(kind, entry));
    }
    return told(store.apply(changes));
  }

  protected List<String> sweep() {
    return told(store.sweep(ALL).transitions());
  }

  /** Transitions as {@code alice ONLINE}; those of a channel with its name in front. */
  protected static List<String> told(List<PresenceTransition> transitions) {
    return transitions.stream()
        .map(
            t ->
                t.scope().concernedChannel().map(name -> name + " ").orElse("")
                    + t.user()
                    + " "
                    + t.change())
        .toList();
  }

  protected List<String> sweepAfter(Duration time) {
    clock.pass(time);
    return sweep();
  }

  protected PresenceView view(String user) {
    return store.query("demo", List.of(user(user))).get(0);
  }

  // ---- one user

  @Test
  void tellsOnceThatAUserCameAndOnceThatTheyWent() {
    assertThat(keep(entry("alice", "c1"))).containsExactly("alice ONLINE");
    assertThat(view("alice").online()).isTrue();
    assertThat(release(entry("alice", "c1"))).isEmpty();
    assertThat(sweepAfter(GRACE.minusMillis(1))).isEmpty();
    assertThat(view("alice").online()).isTrue();
    assertThat(sweepAfter(Duration.ofMillis(1))).containsExactly("alice OFFLINE");
    assertThat(view("alice").online()).isFalse();
    assertThat(sweepAfter(TTL)).isEmpty();
  }

  @Test
  void countsSeveralTabsAsOneUser() {
    assertThat(keep(entry("alice", "tab1"))).containsExactly("alice ONLINE");
    assertThat(keep(entry("alice", "tab2"), entry("alice", "tab3"))).isEmpty();
    assertThat(release(entry("alice", "tab1"))).isEmpty();
    assertThat(remove(entry("alice", "tab3"))).isEmpty();
    assertThat(sweepAfter(GRACE.plus(SWEEP))).isEmpty();
    assertThat(release(entry("alice", "tab2"))).isEmpty();
    assertThat(sweepAfter(GRACE)).containsExactly("alice OFFLINE");
  }

  @Test
  void opensAndClosesThreeTabsInAnyOrderAsOneUser() {
    Random random = seeded("three tabs");
    for (int round = 0; round < 500; round++) {
      List<PresenceEntry> tabs = new ArrayList<>();
      for (int tab = 0; tab < 3; tab++) {
        tabs.add(entry("alice", round + "-" + tab));
      }
      List<String> told = new ArrayList<>();
      tabs.forEach(tab -> told.addAll(keep(tab)));
      Collections.shuffle(tabs, random);
      for (PresenceEntry tab : tabs) {
        told.addAll(random.nextBoolean() ? release(tab) : remove(tab));
        told.addAll(sweepAfter(Duration.ofMillis(random.nextInt(1_000))));
      }
      told.addAll(sweepAfter(GRACE));
      assertThat(told).as("round %d", round).containsExactly("alice ONLINE", "alice OFFLINE");
    }
  }

  @Test
  void doesNotNoticeAPageReloadedWithinTheGraceTime() {
    Random random = seeded("reload");
    keep(entry("alice", "load0"));
    for (int load = 1; load <= 100; load++) {
      assertThat(release(entry("alice", "load" + (load - 1)))).isEmpty();
      assertThat(sweepAfter(Duration.ofMillis(random.nextInt(4_999)))).isEmpty();
      assertThat(keep(entry("alice", "load" + load))).isEmpty();
      assertThat(sweepAfter(Duration.ofMillis(random.nextInt(4_000)))).isEmpty();
    }
    assertThat(view("alice").online()).isTrue();
  }

  @Test
  void endsAnEntryAtOnceThatWasLeftOnPurpose() {
    keep(entry("alice", "c1"));
    assertThat(remove(entry("alice", "c1"))).containsExactly("alice OFFLINE");
    assertThat(remove(entry("alice", "c1"))).isEmpty();
    assertThat(release(entry("alice", "c1"))).isEmpty();
    assertThat(sweepAfter(TTL)).isEmpty();
  }

  @Test
  void grantsNoSecondGraceForASecondRelease() {
    keep(entry("alice", "c1"));
    release(entry("alice", "c1"));
    clock.pass(Duration.ofSeconds(4));
    release(entry("alice", "c1"));
    assertThat(sweepAfter(Duration.ofSeconds(1))).containsExactly("alice OFFLINE");
  }

  @Test
  void neverProlongsByARelease() {
    keep(entry("alice", "c1"));
    clock.pass(TTL.minusSeconds(1));
    release(entry("alice", "c1"));
    assertThat(sweepAfter(Duration.ofSeconds(1))).containsExactly("alice OFFLINE");
  }

  @Test
  void ignoresTheReleaseOfWhatItDoesNotKnow() {
    assertThat(release(entry("alice", "never"))).isEmpty();
    assertThat(remove(entry("alice", "never"))).isEmpty();
    assertThat(sweepAfter(TTL)).isEmpty();
    assertThat(view("alice").online()).isFalse();
  }

  @Test
  void appliesChangesInTheirOrder() {
    List<PresenceTransition> told =
        store.apply(
            List.of(
                PresenceChange.keep(entry("alice", "c1")),
                PresenceChange.remove(entry("alice", "c1")),
                PresenceChange.keep(entry("alice", "c2")),
                PresenceChange.keep(entry("bob", "c3"))));
    assertThat(told(told))
        .containsExactly("alice ONLINE", "alice OFFLINE", "alice ONLINE", "bob ONLINE");
    assertThat(told).extracting(PresenceTransition::sequence).isSorted().doesNotHaveDuplicates();
  }

  // ---- expiry

  @Test
  void keepsAUserOnlineForAsLongAsTheNodeExtends() {
    keep(entry("alice", "c1"));
    for (int i = 0; i < 200; i++) {
      assertThat(sweepAfter(HEARTBEAT)).isEmpty();
      assertThat(keep(entry("alice", "c1"))).isEmpty();
    }
  }

  @Test
  void endsWhatAKilledNodeLeftBehindOnceAndInTime() {
    PresenceEntry[] killed =
        IntStream.range(0, 200)
            .mapToObj(i -> entry("user" + i, "killed-" + i))
            .toArray(PresenceEntry[]::new);
    keep(killed);
    keep(entry("user7", "alive"));
    List<String> told = new ArrayList<>();
    Duration passed = Duration.ZERO;
    while (passed.compareTo(TTL.plus(SWEEP)) < 0) {
      told.addAll(sweepAfter(SWEEP));
      passed = passed.plus(SWEEP);
      if (passed.toSeconds() % HEARTBEAT.toSeconds() == 0) {
        keep(entry("user7", "alive"));
      }
    }
    assertThat(told)
        .hasSize(199)
        .doesNotHaveDuplicates()
        .doesNotContain("user7 OFFLINE")
        .allMatch(t -> t.endsWith(" OFFLINE"));
    assertThat(store.present(DEMO, ALL))
        .extracting(PresenceView::userId)
        .containsExactly(user("user7"));
  }

  @Test
  void bringsAnExpiredEntryBackSilentlyIfNobodyHasNoticed() {
    keep(entry("alice", "c1"));
    clock.pass(TTL.multipliedBy(2)); // no sweep: every node was paused
    assertThat(view("alice").online()).isTrue();
    assertThat(keep(entry("alice", "c1"))).isEmpty();
    assertThat(sweep()).isEmpty();
  }

  @Test
  void tellsOfAUserWhoseEntryComesBackAfterItEnded() {
    keep(entry("alice", "c1"));
    assertThat(sweepAfter(TTL)).containsExactly("alice OFFLINE");
    assertThat(keep(entry("alice", "c1"))).containsExactly("alice ONLINE");
  }

  @Test
  void sweepsInBoundedSteps() {
    for (int i = 0; i < 25; i++) {
      keep(entry("user" + i, "c" + i));
      if (i % 2 == 0) {
        release(entry("user" + i, "c" + i));
      }
    }
    clock.pass(TTL);
    Set<String> told = new HashSet<>();
    List<Integer> steps = new ArrayList<>();
    PresenceStore.Swept swept;
    do {
      swept = store.sweep(10);
      steps.add(swept.entries());
      told.addAll(told(swept.transitions()));
    } while (swept.entries() == 10);
    assertThat(steps).containsExactly(10, 10, 5);
    assertThat(told).hasSize(25);
  }

  @Test
  void doesNotLetTimeStandStillWhenTheClockIsSetBack() {
    keep(entry("alice", "c1"));
    sweep();
    clock.pass(Duration.ofHours(-1));
    assertThat(sweep()).isEmpty();
    keep(entry("bob", "c2"));
    assertThat(sweepAfter(TTL.minusMillis(1))).isEmpty();
    assertThat(sweepAfter(Duration.ofMillis(1)))
        .containsExactlyInAnyOrder("alice OFFLINE", "bob OFFLINE");
  }

  @Test
  void tellsOfAUserWhoseEntryIsExtendedAfterItEnded() {
    keep(entry("alice", "c1"));
    assertThat(extend(entry("alice", "c1"))).isEmpty();
    assertThat(sweepAfter(TTL.minusMillis(1))).isEmpty();
    assertThat(extend(entry("alice", "c1"))).isEmpty();
    assertThat(sweepAfter(TTL)).containsExactly("alice OFFLINE");
    assertThat(extend(entry("alice", "c1"))).containsExactly("alice ONLINE");
  }

  @Test
  void sweepsManyOrganizationsInBoundedSteps() {
    for (int i = 0; i < 20; i++) {
      keep(entry(PresenceScope.of("o" + i), "alice", "c" + i));
    }
    keep(
        IntStream.range(0, 30)
            .mapToObj(i -> entry("user" + i, "d" + i))
            .toArray(PresenceEntry[]::new));
    clock.pass(TTL);
    List<Integer> steps = new ArrayList<>();
    List<String> told = new ArrayList<>();
    PresenceStore.Swept swept;
    do {
      swept = store.sweep(15);
      steps.add(swept.entries());
      told.addAll(told(swept.transitions()));
    } while (swept.entries() == 15);
    assertThat(steps).containsExactly(15, 15, 15, 5);
    assertThat(told).hasSize(50);
  }

  // ---- scopes

  @Test
  void keepsScopesApart() {
    PresenceScope elsewhere = PresenceScope.of("other");
    PresenceScope sameName = PresenceScope.of(new ChannelKey("other", new ChannelName("general")));
    assertThat(keep(entry(DEMO, "alice", "c1"), entry(GENERAL, "alice", "c1")))
        .containsExactly("alice ONLINE", "general alice ONLINE");
    assertThat(store.query("other", List.of(user("alice"))).get(0).online()).isFalse();
    assertThat(store.present(elsewhere, ALL)).isEmpty();
    assertThat(store.present(sameName, ALL)).isEmpty();
    assertThat(keep(entry(elsewhere, "alice", "c9"))).containsExactly("alice ONLINE");
    assertThat(remove(entry(GENERAL, "alice", "c1"))).containsExactly("general alice OFFLINE");
    assertThat(view("alice").online()).isTrue();
  }

  @Test
  void listsEachUserOfAChannelOnce() {
    keep(
        entry(GENERAL, "alice", "c1"),
        entry(GENERAL, "alice", "c2"),
        entry(GENERAL, "bob", "c3"),
        entry(DEMO, "carol", "c4"));
    assertThat(store.present(GENERAL, ALL))
        .extracting(PresenceView::userId)
        .containsExactlyInAnyOrder(user("alice"), user("bob"));
    assertThat(store.present(GENERAL, 1)).hasSize(1);
  }

  // ---- what is told

  @Test
  void answersForAThousandUsersAtOnceInTheOrderAskedFor() {
    List<UserId> asked = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      asked.add(user("user" + i));
      if (i % 3 == 0) {
        keep(entry("user" + i, "c" + i));
      }
    }
    Collections.shuffle(asked, seeded("order"));
    List<PresenceView> views = store.query("demo", asked);
    assertThat(views).extracting(PresenceView::userId).isEqualTo(asked);
    assertThat(views)
        .allMatch(v -> v.online() == (Integer.parseInt(v.userId().value().substring(4)) % 3 == 0));
  }

  @Test
  void remembersWhenAUserWasLastSeen() {
    assertThat(view("alice").lastSeenMillis()).isZero();
    keep(entry("alice", "c1"));
    clock.pass(HEARTBEAT);
    keep(entry("alice", "c1"));
    assertThat(view("alice").lastSeenMillis()).isEqualTo(clock.millis());
    clock.pass(Duration.ofSeconds(10));
    release(entry("alice", "c1"));
    long left = clock.millis();
    sweepAfter(GRACE);
    assertThat(view("alice").lastSeen()).contains(java.time.Instant.ofEpochMilli(left));
    keep(entry("alice", "c2"));
    long killed = clock.millis();
    sweepAfter(TTL);
    assertThat(view("alice")).isEqualTo(new PresenceView(user("alice"), false, killed, ""));
  }

  @Test
  void remembersTheLastSeenOfTheUsersWhoWentLast() {
    store = create(Settings.of(Map.of("CARILLON_PRESENCE_LAST_SEEN_USERS", "2")), clock);
    for (String user : List.of("a", "b", "a", "c")) {
      keep(entry(user, user));
      remove(entry(user, user));
      clock.pass(Duration.ofMillis(1));
    }
    assertThat(store.query("demo", List.of(user("a"), user("b"), user("c"))))
        .extracting(view -> view.lastSeen().isPresent())
        .containsExactly(true, false, true);
  }

  @Test
  void takesWhateverAUserOrAConnectionIsCalled() {
    List<String> names =
        List.of("a", "a:b", "{demo}", "a b", "é\uD83D\uDE00", "*", "a/b", "%00", "1");
    for (String name : names) {
      PresenceScope channel =
          PresenceScope.of(new ChannelKey("demo", new ChannelName("ch " + name)));
      assertThat(keep(entry(name, "c\n" + name), entry(channel, name, "c\n" + name))).hasSize(2);
      assertThat(store.present(channel, ALL))
          .extracting(PresenceView::userId)
          .containsExactly(user(name));
    }
    assertThat(store.present(DEMO, ALL))
        .extracting(view -> view.userId().value())
        .containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      assertThat(remove(entry(name, "c\n" + name))).containsExactly(name + " OFFLINE");
    }
    assertThat(store.present(DEMO, ALL)).isEmpty();
  }

  @Test
  void showsMetadataAsItWasTold() {
    String metadata = "{\"text\":\"a\\nb \u2028 é\uD83D\uDE00 \\u0000\"}";
    keep(described("c1", metadata));
    assertThat(view("alice").metadata()).isEqualTo(metadata);
    assertThat(store.present(DEMO, ALL))
        .extracting(PresenceView::metadata)
        .containsExactly(metadata);
  }

  @Test
  void showsEachOfManyUsersOfAChannelOnceWithTheirLatestMetadata() {
    List<PresenceChange> changes = new ArrayList<>();
    for (int user = 0; user < 300; user++) {
      for (int tab = 0; tab < (user == 7 ? 2_000 : 10); tab++) {
        PresenceKey key = new PresenceKey(GENERAL, user + "-" + tab);
        changes.add(
            PresenceChange.keep(
                new PresenceEntry(key, user("user" + user), "{\"tab\":" + tab + "}")));
      }
    }
    for (int from = 0; from < changes.size(); from += 1_000) {
      store.apply(changes.subList(from, Math.min(from + 1_000, changes.size())));
    }
    List<PresenceView> views = store.present(GENERAL, ALL);
    assertThat(views).hasSize(300);
    assertThat(views).extracting(PresenceView::userId).doesNotHaveDuplicates();
    assertThat(views)
        .allMatch(
            v ->
                v.metadata()
                    .equals(v.userId().equals(user("user7")) ? "{\"tab\":1999}" : "{\"tab\":9}"));
    assertThat(store.present(GENERAL, 100)).hasSize(100);
  }

  @Test
  void showsTheMetadataThatWasToldLast() {
    keep(described("c1", "{\"at\":1}"));
    assertThat(view("alice").metadata()).isEqualTo("{\"at\":1}");
    keep(described("c2", "{\"at\":2}"));
    keep(described("c1", "{\"at\":1}")); // extended, not told anew
    assertThat(view("alice").metadata()).isEqualTo("{\"at\":2}");
    assertThat(keep(described("c1", "{\"at\":3}"))).isEmpty();
    assertThat(view("alice").metadata()).isEqualTo("{\"at\":3}");
    remove(described("c1", "{\"at\":3}"));
    assertThat(view("alice").metadata()).isEqualTo("{\"at\":2}");
    remove(described("c2", "{\"at\":2}"));
    assertThat(view("alice").metadata()).isEmpty();
  }

  protected static PresenceEntry described(String connection, String metadata) {
    return new PresenceEntry(new PresenceKey(DEMO, connection), user("alice"), metadata);
  }

  // ---- against a model

  /** The rules of a store in a dozen lines, as slow as they may be. */
  private static final class Model {
    final Map<PresenceKey, UserId> users = new LinkedHashMap<>();
    final Map<PresenceKey, Long> expiry = new HashMap<>();
    final Set<PresenceKey> released = new HashSet<>();

    boolean isOnline(PresenceScope scope, UserId user) {
      return users.entrySet().stream()
          .anyMatch(e -> e.getKey().scope().equals(scope) && e.getValue().equals(user));
    }

    /** Whoever changes from one moment to the other has made a transition. */
    List<String> change(PresenceEntry entry, Runnable step) {
      boolean before = isOnline(entry.key().scope(), entry.user());
      step.run();
      boolean after = isOnline(entry.key().scope(), entry.user());
      return before == after
          ? List.of()
          : told(
              List.of(
                  new PresenceTransition(
                      entry.key().scope(),
                      entry.user(),
                      after ? Change.ONLINE : Change.OFFLINE,
                      0)));
    }

    List<String> keep(PresenceEntry entry, long now) {
      return change(
          entry,
          () -> {
            users.put(entry.key(), entry.user());
            expiry.put(entry.key(), now + TTL.toMillis());
            released.remove(entry.key());
          });
    }

    void release(PresenceEntry entry, long now) {
      if (users.containsKey(entry.key()) && released.add(entry.key())) {
        expiry.merge(entry.key(), now + GRACE.toMillis(), Math::min);
      }
    }

    List<String> remove(PresenceEntry entry) {
      return change(
          entry,
          () -> {
            users.remove(entry.key());
            expiry.remove(entry.key());
            released.remove(entry.key());
          });
    }

    List<String> sweep(long now) {
      List<String> told = new ArrayList<>();
      for (PresenceKey key : List.copyOf(users.keySet())) {
        if (expiry.get(key) <= now) {
          told.addAll(remove(new PresenceEntry(key, users.get(key), "")));
        }
      }
      return told;
    }
  }

  protected static Random seeded(String what) {
    long seed = Long.getLong("carillon.test.seed", System.nanoTime());
    System.out.println("Seed of " + what + ": -Dcarillon.test.seed=" + seed);
    return new Random(seed);
  }

  @Test
  void agreesWithTheModelOnRandomSchedules() {
    Random seeds = seeded("the presence model");
    for (int schedule = 0; schedule < schedules(); schedule++) {
      long seed = seeds.nextLong();
      store = create(Settings.of(Map.of()), clock);
      new Schedule(new Random(seed), "schedule " + schedule + ", its seed " + seed).run();
    }
  }

  /**
   * Three nodes with connections of a few users in a few scopes: they come, are extended, leave in
   * both ways, are told twice, or vanish with their node.
   */
  private final class Schedule {
    final Random random;
    final String name;
    final Model model = new Model();
    final List<PresenceScope> scopes =
        List.of(
            DEMO,
            GENERAL,
            PresenceScope.of(new ChannelKey("demo", new ChannelName("random"))),
            PresenceScope.of("other"));
    final List<UserId> users = List.of(user("u0"), user("u1"), user("u2"), user("u3"));
    final List<List<PresenceEntry>> nodes =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    final List<PresenceEntry> everything = new ArrayList<>();
    final Set<PresenceKey> ended = new HashSet<>(); // whoever said so
    final Map<String, Change> last = new HashMap<>();
    final Map<String, Long> sequences = new HashMap<>();
    int steps;

    Schedule(Random random, String name) {
      this.random = random;
      this.name = name;
    }

    void run() {
      for (steps = 0; steps < 150; steps++) {
        step();
        compare();
      }
      nodes.forEach(List::clear); // all nodes are killed
      clock.pass(TTL);
      check(store.sweep(ALL).transitions(), model.sweep(clock.millis()));
      compare();
      for (PresenceScope scope : scopes) {
        assertThat(store.present(scope, ALL)).as(name).isEmpty();
      }
    }

    void step() {
      List<PresenceEntry> node = nodes.get(random.nextInt(nodes.size()));
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> {
          PresenceScope scope = scopes.get(random.nextInt(scopes.size()));
          UserId user = users.get(random.nextInt(users.size()));
          PresenceEntry entry =
              new PresenceEntry(new PresenceKey(scope, "c" + everything.size()), user, "{}");
          everything.add(entry);
          node.add(entry);
          keepAll(List.of(entry));
        }
        case 3, 4 -> take(node, PresenceChange.Kind.RELEASE);
        case 5 -> take(node, PresenceChange.Kind.REMOVE);
        case 6 -> keepAll(List.copyOf(node));
        case 7 -> {
          if (random.nextInt(10) == 0) {
            node.clear(); // killed without a word
          } else if (!everything.isEmpty()) {
            // Something old is told once more.
            PresenceEntry entry = everything.get(random.nextInt(everything.size()));
            end(
                entry,
                random.nextBoolean() ? PresenceChange.Kind.RELEASE : PresenceChange.Kind.REMOVE);
            node.remove(entry);
          }
        }
        default -> {
          int[] millis = {1, 900, 1_000, 4_999, 5_000, 20_000, 60_000};
          clock.pass(Duration.ofMillis(millis[random.nextInt(millis.length)]));
          if (random.nextInt(4) > 0) {
            check(store.sweep(ALL).transitions(), model.sweep(clock.millis()));
          }
        }
      }
    }

    void keepAll(List<PresenceEntry> entries) {
      List<String> expected = new ArrayList<>();
      entries.forEach(entry -> expected.addAll(model.keep(entry, clock.millis())));
      List<PresenceChange> changes = new ArrayList<>();
      for (PresenceEntry entry : entries) {
        boolean isTold = entries.size() > 1 && !ended.contains(entry.key()) && random.nextBoolean();
        changes.add(isTold ? PresenceChange.extend(entry) : PresenceChange.keep(entry));
      }
      check(store.apply(changes), expected);
    }

    void take(List<PresenceEntry> node, PresenceChange.Kind kind) {
      if (!node.isEmpty()) {
        end(node.remove(random.nextInt(node.size())), kind);
      }
    }

    void end(PresenceEntry entry, PresenceChange.Kind kind) {
      ended.add(entry.key());
      List<String> expected = List.of();
      if (kind == PresenceChange.Kind.RELEASE) {
        model.release(entry, clock.millis());
      } else {
        expected = model.remove(entry);
      }
      check(store.apply(List.of(new PresenceChange(kind, entry))), expected);
    }

    void check(List<PresenceTransition> transitions, List<String> expected) {
      assertThat(told(transitions))
          .as("%s, step %d", name, steps)
          .containsExactlyInAnyOrderElementsOf(expected);
      for (PresenceTransition transition : transitions) {
        Long earlier = sequences.put(transition.scope().organization(), transition.sequence());
        assertThat(transition.sequence()).as(name).isGreaterThan(earlier == null ? 0 : earlier);
        Change before = last.put(transition.scope() + "/" + transition.user(), transition.change());
        assertThat(transition.change())
            .as("%s: what follows %s", name, before)
            .isNotEqualTo(before == null ? Change.OFFLINE : before);
      }
    }

    void compare() {
      for (PresenceScope scope : scopes) {
        List<UserId> online = users.stream().filter(u -> model.isOnline(scope, u)).toList();
        assertThat(store.present(scope, ALL))
            .as("%s, step %d", name, steps)
            .extracting(PresenceView::userId)
            .containsExactlyInAnyOrderElementsOf(online);
        if (scope.isOrganization()) {
          assertThat(store.query(scope.organization(), users))
              .filteredOn(PresenceView::online)
              .extracting(PresenceView::userId)
              .isEqualTo(online);
        }
      }
    }
  }

  // ---- many callers at once

  @Test
  void tellsEachTransitionToExactlyOneOfManyCallers() throws Exception {
    Random seeds = seeded("concurrent callers");
    int callers = 8;
    List<PresenceTransition> told = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      CyclicBarrier together = new CyclicBarrier(callers);
      List<Callable<List<PresenceTransition>>> work = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        work.add(new Caller("node" + caller, new Random(seeds.nextLong()), together));
      }
      for (Future<List<PresenceTransition>> done : pool.invokeAll(work)) {
        told.addAll(done.get());
      }
    } finally {
      pool.shutdownNow();
    }
    clock.pass(TTL);
    told.addAll(store.sweep(ALL).transitions());

    told.sort(Comparator.comparingLong(PresenceTransition::sequence));
    assertThat(told).extracting(PresenceTransition::sequence).doesNotHaveDuplicates();
    Map<UserId, Change> last = new HashMap<>();
    for (PresenceTransition transition : told) {
      Change before = last.put(transition.user(), transition.change());
      assertThat(transition.change()).isNotEqualTo(before == null ? Change.OFFLINE : before);
    }
    assertThat(last).isNotEmpty().allSatisfy((u, c) -> assertThat(c).isEqualTo(Change.OFFLINE));
    assertThat(told.size()).isGreaterThan(callsOfEach() / 10);
    assertThat(store.present(DEMO, ALL)).isEmpty();
  }

  /** One node of several that have connections of the same users. */
  private final class Caller implements Callable<List<PresenceTransition>> {
    private final String node;
    private final Random random;
    private final CyclicBarrier together;

    Caller(String node, Random random, CyclicBarrier together) {
      this.node = node;
      this.random = random;
      this.together = together;
    }

    @Override
    public List<PresenceTransition> call() throws Exception {
      List<PresenceTransition> told = new ArrayList<>();
      List<PresenceEntry> mine = new ArrayList<>();
      together.await();
      for (int i = 0; i < callsOfEach(); i++) {
        int what = random.nextInt(12);
        if (what < 4) {
          PresenceEntry entry = entry("u" + random.nextInt(8), node + "-" + i);
          mine.add(entry);
          told.addAll(store.apply(List.of(PresenceChange.keep(entry))));
        } else if (what < 10 && !mine.isEmpty()) {
          PresenceEntry entry = mine.remove(random.nextInt(mine.size()));
          told.addAll(
              store.apply(
                  List.of(
                      random.nextInt(3) == 0
                          ? PresenceChange.release(entry)
                          : PresenceChange.remove(entry))));
        } else if (what == 10) {
          told.addAll(store.sweep(1 + random.nextInt(5)).transitions());
        } else {
          clock.pass(Duration.ofMillis(random.nextInt(2_000)));
        }
      }
      return told;
    }
  }
}
