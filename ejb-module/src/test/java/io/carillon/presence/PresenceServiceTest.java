package io.carillon.presence;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.bus.OriginListener;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.ThreadWorkers;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceServiceTest {
  private static final ChannelKey GENERAL = new ChannelKey("demo", new ChannelName("general"));
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String BUDGET = "CARILLON_PRESENCE_DELIVERIES_PER_SECOND";
  private static final Map<String, String> NO_BUDGET = Map.of(BUDGET, "0");
  private static final Map<String, String> FEW_ENTRIES =
      Map.of("CARILLON_PRESENCE_MAX_ENTRIES", "1000", BUDGET, "0");

  /** No threads: the test itself takes each turn. */
  private static final class NoWorkers implements Workers {
    @Override
    public Executor io() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void start(String name, Runnable loop) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void every(Duration period, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }

  /** Fails while it is told to, before or after it has done the work. */
  private static final class FlakyStore implements PresenceStore {
    private final PresenceStore store;
    final List<PresenceChange> applied = new ArrayList<>();
    boolean down;

    FlakyStore(PresenceStore store) {
      this.store = store;
    }

    private void check() {
      if (down) {
        throw new RealtimeException(ErrorCode.OVERLOADED, "the store is away");
      }
    }

    @Override
    public List<PresenceTransition> apply(Collection<PresenceChange> changes) {
      check();
      applied.addAll(changes);
      return store.apply(changes);
    }

    @Override
    public Swept sweep(int maxEntries) {
      check();
      return store.sweep(maxEntries);
    }

    @Override
    public List<PresenceView> query(String organization, Collection<UserId> users) {
      check();
      return store.query(organization, users);
    }

    @Override
    public List<PresenceView> present(PresenceScope scope, int maxUsers) {
      check();
      return store.present(scope, maxUsers);
    }
  }

  private final ManualClock clock = new ManualClock();
  private final RecordingBus bus = new RecordingBus();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FlakyStore store = new FlakyStore(memory(clock));
  private PresenceService service = service(Map.of());

  private static InMemoryPresenceStore memory(Clock clock) {
    return new InMemoryPresenceStore(Settings.of(Map.of()), clock);
  }

  private PresenceService service(Map<String, String> settings) {
    return service(settings, store, new NoWorkers(), clock);
  }

  private PresenceService service(
      Map<String, String> settings, PresenceStore of, Workers workers, Clock time) {
    return new PresenceService(
        of,
        bus,
        OriginListener.NONE,
        askers ->
            askers.stream()
                .filter(asker -> asker.who().organization().equals(asker.channel().organization()))
                .filter(asker -> !asker.channel().name().value().equals("board"))
                .collect(Collectors.toSet()),
        new TypingService(bus, (identity, channel) -> true, time),
        workers,
        new Metrics(meters),
        Settings.of(settings),
        time);
  }

  private static Identity user(String id) {
    return user(id, Identity.Kind.USER);
  }

  private static Identity user(String id, Identity.Kind kind) {
    return new Identity(
        "demo", new UserId(id), id, "", OrganizationRole.MEMBER, "", Instant.MAX, kind);
  }

  private void connect(String connection, String user) {
    service.connected(connection, user(user), "websocket");
  }

  private void disconnect(String connection, String user) {
    service.disconnected(connection, user(user));
  }

  /** What has been announced since the last call, as {@code alice online}. */
  private List<String> told() {
    return bus.take().stream()
        .map(s -> s.originUserId() + s.type().event().substring("presence:".length() - 1))
        .map(s -> s.replace(':', ' '))
        .toList();
  }

  private List<String> turn() {
    service.turn();
    return told();
  }

  /** Time goes on in steps of a second, and the service with it. */
  private List<String> turnsFor(Duration time) {
    List<String> told = new ArrayList<>();
    for (long passed = 0; passed < time.toMillis(); passed += 1_000) {
      clock.pass(SECOND);
      told.addAll(turn());
    }
    return told;
  }

  private boolean isOnline(String id) {
    return service.query(user("observer"), List.of(new UserId(id))).get(0).online();
  }

  private double count(String meter) {
    return meters.get(meter).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  // ---- who came and who went

  @Test
  void announcesWhoCameAndWentToTheOrganization() {
    connect("c1", "alice");
    service.turn();
    assertThat(bus.take())
        .containsExactly(
            new Signal(
                new ChannelKey("demo", new ChannelName("org:demo")),
                Signal.Type.PRESENCE_ONLINE,
                "{\"userId\":\"alice\"}",
                "alice"));
    disconnect("c1", "alice");
    assertThat(turn()).isEmpty();
    assertThat(turnsFor(GRACE.plus(SECOND))).containsExactly("alice offline");
    assertThat(turnsFor(Duration.ofMinutes(2))).isEmpty();
  }

  @Test
  void countsTabsAsOneUserAndOverlooksAReload() {
    connect("tab1", "alice");
    connect("tab2", "alice");
    assertThat(turn()).containsExactly("alice online");
    disconnect("tab1", "alice");
    disconnect("tab2", "alice");
    assertThat(turnsFor(Duration.ofSeconds(4))).isEmpty();
    connect("tab3", "alice");
    assertThat(turnsFor(Duration.ofMinutes(10))).isEmpty();
    assertThat(isOnline("alice")).isTrue();
  }

  @Test
  void tellsNoMoreOfAConnectionThanItsEndWhenThatIsToldTwice() {
    connect("c1", "alice");
    disconnect("c1", "alice");
    disconnect("c1", "alice");
    assertThat(turn()).containsExactly("alice online");
    assertThat(turnsFor(Duration.ofSeconds(7))).containsExactly("alice offline");
  }

  @Test
  void neverShowsAProgramWithAnApiKey() {
    Identity program = user("reporter", Identity.Kind.API_KEY);
    service.connected("c1", program, "sse");
    service.joined("c1", program, GENERAL);
    assertThat(turn()).isEmpty();
    assertThat(isOnline("reporter")).isFalse();
    assertThat(service.ofChannel(program, GENERAL.name())).isEmpty();
    service.disconnected("c1", program);
    assertThat(turnsFor(Duration.ofSeconds(7))).isEmpty();
  }

  @Test
  void doesNotLetAPauseOfTheProcessLookLikeEverybodyLeaving() {
    connect("c1", "alice");
    turn();
    clock.pass(Duration.ofMinutes(10));
    assertThat(turn()).isEmpty();
    assertThat(turnsFor(Duration.ofMinutes(1))).isEmpty();
    assertThat(isOnline("alice")).isTrue();
  }

  @Test
  void announcesTheUsersOfAnotherNodeThatWasKilled() {
    connect("c1", "alice");
    turn();
    PresenceService other = service(Map.of());
    other.connected("x1", user("alice"), "sse");
    other.connected("x2", user("bob"), "sse");
    other.turn();
    assertThat(told()).containsExactly("bob online");
    // The other node never takes a turn again.
    assertThat(turnsFor(Duration.ofSeconds(61))).containsExactly("bob offline");
  }

  @Test
  void makesUpForAStoreThatWasAway() {
    connect("c1", "alice");
    connect("c2", "bob");
    turn();
    store.down = true;
    connect("c3", "carol");
    disconnect("c2", "bob");
    assertThat(turnsFor(Duration.ofSeconds(5))).isEmpty();
    store.down = false;
    // Bob's release is lost: his entry ends by itself. Carol is told with the next extension.
    assertThat(turnsFor(Duration.ofSeconds(2))).containsExactly("carol online");
    assertThat(turnsFor(Duration.ofSeconds(60))).containsExactly("bob offline");
    assertThat(isOnline("alice")).isTrue();
    assertThat(count("carillon.presence.failures")).isGreaterThan(1);
  }

  @Test
  void tellsOfItsOwnUsersWhileTheStoreIsAway() {
    ChannelName general = new ChannelName("general");
    connect("c1", "alice");
    turn();
    store.down = true;
    connect("c2", "bob");
    service.joined("c2", user("bob"), new ChannelKey("demo", general));
    turn();
    assertThat(isOnline("alice")).isTrue();
    assertThat(isOnline("carol")).isFalse();
    assertThat(service.ofChannel(user("alice"), general))
        .containsExactly(
            new PresenceView(
                new UserId("bob"), true, clock.millis(), "{\"transport\":\"websocket\"}"));
    assertThat(service.ofChannel(user("alice"), new ChannelName("org:demo"))).hasSize(2);
    disconnect("c1", "alice");
    assertThat(isOnline("alice")).isFalse();
  }

  @Test
  void tellsWhatTheStoreHadBeforeAnythingNewAfterAFailure() {
    connect("c1", "alice");
    turn();
    store.down = true;
    connect("c2", "bob");
    turn();
    store.down = false;
    store.applied.clear();
    connect("c3", "carol");
    assertThat(turn()).as("until the next try").isEmpty();
    assertThat(turnsFor(SECOND)).containsExactlyInAnyOrder("bob online", "carol online");
    assertThat(store.applied.get(0).kind()).isEqualTo(PresenceChange.Kind.EXTEND);
    assertThat(store.applied.get(0).entry().user()).isEqualTo(new UserId("alice"));
    assertThat(store.applied.subList(1, 3))
        .allMatch(change -> change.kind() == PresenceChange.Kind.KEEP);
  }

  @Test
  void givesOtherNodesTimeToTellOfTheirsAfterTheStoreWasAwayForLong() {
    connect("c1", "alice");
    turn();
    PresenceService other = service(Map.of());
    other.connected("x1", user("bob"), "sse");
    other.turn();
    assertThat(told()).containsExactly("bob online");
    store.down = true;
    for (int second = 0; second < 300; second++) {
      clock.pass(SECOND);
      service.turn();
      other.turn();
    }
    store.down = false;
    assertThat(turnsFor(SECOND.multipliedBy(3))).as("this node is the first").isEmpty();
    other.turn();
    for (int second = 0; second < 100; second++) {
      assertThat(turnsFor(SECOND)).isEmpty();
      other.turn();
    }
    assertThat(told()).isEmpty();
  }

  @Test
  void alternatesForEachUserOnTwoNodesWhateverHappens() {
    Random seeds = PresenceStoreContract.seeded("two nodes");
    for (int schedule = 0; schedule < 50; schedule++) {
      long seed = seeds.nextLong();
      runTwoNodes(new Random(seed), "schedule " + schedule + ", its seed " + seed);
    }
  }

  private void runTwoNodes(Random random, String name) {
    InMemoryPresenceStore shared = memory(clock);
    List<PresenceService> nodes =
        new ArrayList<>(
            List.of(
                service(Map.of(), shared, new NoWorkers(), clock),
                service(Map.of(), shared, new NoWorkers(), clock)));
    List<Map<String, String>> open = List.of(new HashMap<>(), new HashMap<>());
    Map<String, String> last = new HashMap<>();
    for (int step = 0; step < 600; step++) {
      int at = random.nextInt(2);
      PresenceService node = nodes.get(at);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          String user = "u" + random.nextInt(3);
          open.get(at).put("c" + step, user);
          node.connected("c" + step, user(user), "websocket");
        }
        case 2, 3 -> {
          if (!open.get(at).isEmpty()) {
            String connection = open.get(at).keySet().iterator().next();
            node.disconnected(connection, user(open.get(at).remove(connection)));
          }
        }
        case 4 -> {
          if (random.nextInt(40) == 0) { // killed, and another one in its place
            nodes.set(at, service(Map.of(), shared, new NoWorkers(), clock));
            open.get(at).clear();
          }
        }
        default -> {
          clock.pass(Duration.ofMillis(random.nextInt(3_000)));
          nodes.forEach(PresenceService::turn);
        }
      }
      checkAlternation(last, name);
    }
    for (int second = 0; second < 65; second++) {
      clock.pass(SECOND);
      nodes.forEach(PresenceService::turn);
    }
    checkAlternation(last, name);
    for (int i = 0; i < 3; i++) {
      String user = "u" + i;
      boolean live = open.stream().anyMatch(connections -> connections.containsValue(user));
      assertThat(last.getOrDefault(user, "offline"))
          .as("%s, %s", name, user)
          .isEqualTo(live ? "online" : "offline");
    }
  }

  private void checkAlternation(Map<String, String> last, String name) {
    for (String told : told()) {
      String user = told.substring(0, told.indexOf(' '));
      String change = told.substring(told.indexOf(' ') + 1);
      assertThat(change).as("%s, %s", name, user).isNotEqualTo(last.getOrDefault(user, "offline"));
      last.put(user, change);
    }
  }

  @Test
  void keepsNothingOfConnectionsThatAreGone() {
    for (int i = 0; i < 50_000; i++) {
      connect("c" + i, "user" + i);
      service.joined("c" + i, user("user" + i), GENERAL);
      disconnect("c" + i, "user" + i);
      if (i % 500 == 0) {
        turnsFor(SECOND);
      }
    }
    turnsFor(Duration.ofSeconds(10));
    assertThat(((InMemoryPresenceStore) store.store).size()).isZero();
    assertThat(meters.get("carillon.presence.entries").gauge().value()).isZero();
  }

  @Test
  void takesNoMoreEntriesThanAllowed() {
    service = service(FEW_ENTRIES);
    for (int i = 0; i < 1_200; i++) {
      connect("c" + i, "user" + i);
    }
    turn();
    assertThat(isOnline("user999")).isTrue();
    assertThat(isOnline("user1000")).isFalse();
    assertThat(count("carillon.presence.refused")).isEqualTo(200);
    disconnect("c1000", "user1000"); // was never taken: nothing happens
    disconnect("c0", "user0");
    turn();
    assertThat(turnsFor(Duration.ofSeconds(6))).containsExactly("user0 offline");
  }

  @Test
  void tellsEverythingAnewWhenTooManyChangesWaited() {
    service = service(FEW_ENTRIES);
    connect("c", "alice");
    turn();
    for (int i = 0; i < 600; i++) { // 1,200 changes before the thread gets its turn
      connect("c" + i, "user" + i);
      disconnect("c" + i, "user" + i);
    }
    connect("last", "bob");
    assertThat(turn()).contains("bob online").doesNotHaveDuplicates();
    assertThat(turnsFor(Duration.ofSeconds(62))).doesNotHaveDuplicates();
    assertThat(isOnline("alice")).isTrue();
    assertThat(isOnline("bob")).isTrue();
    assertThat(isOnline("user599")).isFalse();
  }

  // ---- channels

  @Test
  void tellsWhoIsInAChannel() {
    connect("c1", "alice");
    connect("c2", "bob");
    service.joined("c1", user("alice"), GENERAL);
    service.joined("c2", user("bob"), GENERAL);
    turn();
    assertThat(service.ofChannel(user("carol"), GENERAL.name()))
        .extracting(view -> view.userId().value())
        .containsExactlyInAnyOrder("alice", "bob");
    service.left("c1", user("alice"), GENERAL);
    disconnect("c2", "bob");
    turn();
    assertThat(service.ofChannel(user("carol"), GENERAL.name()))
        .as("bob has his grace time, alice left on purpose")
        .extracting(view -> view.userId().value())
        .containsExactly("bob");
    turnsFor(Duration.ofSeconds(6));
    assertThat(service.ofChannel(user("carol"), GENERAL.name())).isEmpty();
    assertThat(isOnline("alice")).isTrue();
  }

  @Test
  void tellsWhoIsOnlineAsThePresenceOfTheAnnouncements() {
    connect("c1", "alice");
    service.joined("c1", user("alice"), new ChannelKey("demo", new ChannelName("org:demo")));
    turn();
    assertThat(meters.get("carillon.presence.entries").gauge().value()).isEqualTo(1);
    assertThat(service.ofChannel(user("carol"), new ChannelName("org:demo")))
        .extracting(view -> view.userId().value())
        .containsExactly("alice");
    assertThat(service.ofChannel(user("alice"), new ChannelName("user:alice"))).hasSize(1);
  }

  @Test
  void tellsThePresenceOfAChannelOnlyToThoseWhoMayReadIt() {
    assertThatThrownBy(() -> service.ofChannel(user("carol"), new ChannelName("board")))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }

  @Test
  void ignoresAChannelOfAConnectionThatIsGone() {
    connect("c1", "alice");
    disconnect("c1", "alice");
    service.joined("c1", user("alice"), GENERAL);
    service.left("c1", user("alice"), GENERAL);
    turn();
    assertThat(service.ofChannel(user("bob"), GENERAL.name())).isEmpty();
  }

  // ---- questions

  @Test
  void answersForAThousandUsersAndNotForMore() {
    List<UserId> users = IntStream.range(0, 1_001).mapToObj(i -> new UserId("user" + i)).toList();
    assertThat(service.query(user("alice"), users.subList(0, 1_000))).hasSize(1_000);
    assertThatThrownBy(() -> service.query(user("alice"), users))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
  }

  @Test
  void answersOnceForAUserAskedForTwice() {
    UserId bob = new UserId("bob");
    assertThat(service.query(user("alice"), List.of(bob, new UserId("carol"), bob)))
        .extracting(view -> view.userId().value())
        .containsExactly("bob", "carol");
  }

  @Test
  void showsWhatAConnectionTellsAboutItself() {
    connect("c1", "alice");
    turn();
    UserId alice = new UserId("alice");
    assertThat(service.query(user("bob"), List.of(alice)).get(0).metadata())
        .isEqualTo("{\"transport\":\"websocket\"}");
    service.describe("c1", "{ \"status\" :\r\n \"away\\u0000\" }");
    assertThat(turn()).isEmpty();
    assertThat(service.query(user("bob"), List.of(alice)).get(0).metadata())
        .isEqualTo("{\"status\":\"away\\u0000\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "\u0000"})
  void refusesMetadataThatIsNotJson(String metadata) {
    assertThatThrownBy(() -> service.describe("c1", metadata))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }

  @Test
  void refusesMetadataOverOneKibibyte() {
    service.describe("c1", '"' + "é".repeat(511) + '"');
    for (String tooLarge : List.of('"' + "é".repeat(512) + '"', " ".repeat(5_000) + "1")) {
      assertThatThrownBy(() -> service.describe("c1", tooLarge))
          .isInstanceOfSatisfying(
              RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }
  }

  // ---- the budget

  @Test
  void announcesEverythingAtOnceInASmallOrganization() {
    for (int i = 0; i < 200; i++) {
      connect("c" + i, "user" + i);
    }
    assertThat(turn()).hasSize(200);
    for (int i = 0; i < 200; i++) {
      disconnect("c" + i, "user" + i);
    }
    turn();
    assertThat(turnsFor(Duration.ofSeconds(6))).hasSize(200);
    assertThat(count("carillon.presence.dropped")).isZero();
  }

  @Test
  void boundsWhatACrowdThatComesAndGoesCosts() {
    int crowd = 10_000;
    Map<String, String> last = new HashMap<>();
    long deliveries = 0;
    int seconds = 0;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < crowd; i++) {
        connect(round + "-" + i, "user" + i);
      }
      for (int i = 0; i < 40; i++, seconds++) {
        if (i == 20) {
          for (int c = 0; c < crowd; c++) {
            disconnect(round + "-" + c, "user" + c);
          }
        }
        for (int tenth = 0; tenth < 10; tenth++) {
          clock.pass(Duration.ofMillis(100));
          service.turn();
          deliveries += (long) bus.signals.size() * (i < 20 ? crowd : 1);
          checkAlternation(last, "a crowd");
        }
      }
    }
    assertThat(deliveries).isLessThan(20_000L * (seconds + 4) + 3L * crowd);
    assertThat(count("carillon.presence.dropped")).isGreaterThan(10_000);
    assertThat(isOnline("user1")).isFalse();
    // Once it is quiet again, a small organization hears everything again.
    connect("late", "latecomer");
    assertThat(turn()).containsExactly("latecomer online");
  }

  // ---- with its thread

  @Test
  void answersWithWhoeverHasJustConnected() {
    try (ThreadWorkers workers = new ThreadWorkers()) {
      Clock real = Clock.systemUTC();
      service = service(NO_BUDGET, memory(real), workers, real);
      service.start();
      for (int i = 0; i < 1_000; i++) {
        connect("c" + i, "user" + i);
        assertThat(isOnline("user" + i)).isTrue();
      }
      await().atMost(10, SECONDS).until(() -> bus.signals.size() == 1_000);
    }
  }

  @Test
  void endsAConnectionByItself() {
    try (ThreadWorkers workers = new ThreadWorkers()) {
      Clock real = Clock.systemUTC();
      Map<String, String> soon = Map.of("CARILLON_PRESENCE_GRACE", "200ms");
      service = service(soon, new InMemoryPresenceStore(Settings.of(soon), real), workers, real);
      service.start();
      connect("c1", "alice");
      await().atMost(10, SECONDS).until(() -> told().equals(List.of("alice online")));
      disconnect("c1", "alice");
      await().atMost(10, SECONDS).until(() -> told().equals(List.of("alice offline")));
    }
  }
}
