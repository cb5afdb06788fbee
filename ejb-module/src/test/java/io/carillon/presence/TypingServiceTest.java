package io.carillon.presence;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TypingServiceTest {
  private static final ChannelName GENERAL = new ChannelName("general");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualClock clock = new ManualClock();
  private final RecordingBus bus = new RecordingBus();
  private final Set<String> forbidden = new HashSet<>();
  private int asked;
  private final TypingService typing = new TypingService(bus, this::mayType, clock);

  private boolean mayType(Identity identity, ChannelKey channel) {
    asked++;
    if (forbidden.contains("failure")) {
      throw new IllegalStateException("the database is away");
    }
    return !forbidden.contains(identity.userId().value());
  }

  private static Identity user(String id) {
    return new Identity(
        "demo",
        new UserId(id),
        id,
        "",
        OrganizationRole.MEMBER,
        "",
        Instant.MAX,
        Identity.Kind.USER);
  }

  private List<String> told() {
    return bus.take().stream()
        .map(s -> s.originUserId() + (s.data().contains("\"isTyping\":true") ? " types" : " rests"))
        .toList();
  }

  private List<String> start(String user) {
    typing.start(user(user), GENERAL);
    return told();
  }

  private List<String> stop(String user) {
    typing.stop(user(user), GENERAL);
    return told();
  }

  /** Time goes on, with the timer as a node runs it. */
  private List<String> pass(Duration time) {
    for (long passed = 0;
        passed < time.toMillis();
        passed += TypingService.SWEEP_EVERY.toMillis()) {
      clock.pass(TypingService.SWEEP_EVERY);
      typing.sweep();
    }
    return told();
  }

  @Test
  void tellsTheChannelWhoTypes() {
    typing.start(user("alice"), GENERAL);
    assertThat(bus.take())
        .containsExactly(
            new Signal(
                new ChannelKey("demo", GENERAL),
                Signal.Type.TYPING,
                "{\"userId\":\"alice\",\"channelId\":\"general\",\"isTyping\":true}",
                "alice"));
    assertThat(stop("alice")).containsExactly("alice rests");
    assertThat(stop("alice")).isEmpty();
    assertThat(stop("bob")).isEmpty();
  }

  @Test
  void stopsByItselfAfterTenSeconds() {
    start("alice");
    assertThat(pass(Duration.ofMillis(9_750))).isEmpty();
    assertThat(pass(Duration.ofMillis(250))).containsExactly("alice rests");
    assertThat(pass(Duration.ofMinutes(1))).isEmpty();
    assertThat(typing.size()).isZero();
  }

  @Test
  void doesNotRepeatItselfWithinThreeSeconds() {
    assertThat(start("alice")).containsExactly("alice types");
    List<String> repeated = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      clock.pass(SECOND);
      typing.sweep();
      typing.start(user("alice"), GENERAL);
      typing.start(user("alice"), GENERAL);
      repeated.addAll(told());
    }
    assertThat(repeated).hasSize(10).containsOnly("alice types");
    assertThat(asked).isEqualTo(11);
    assertThat(pass(Duration.ofSeconds(10))).containsExactly("alice rests");
  }

  @Test
  void countsTheTenSecondsFromTheLastStart() {
    start("alice");
    pass(Duration.ofSeconds(2));
    assertThat(start("alice")).isEmpty();
    assertThat(pass(Duration.ofMillis(9_750))).isEmpty();
    assertThat(pass(Duration.ofMillis(250))).containsExactly("alice rests");
  }

  @Test
  void canBeginAgainAtOnceAfterAMessage() {
    start("alice");
    stop("alice");
    assertThat(start("alice")).containsExactly("alice types");
  }

  @Test
  void leavesOutWhatBeginsTooOften() {
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      told.addAll(start("alice"));
      told.addAll(stop("alice"));
    }
    assertThat(told).hasSize(2 * TypingService.MAX_BEGINS);
    pass(Duration.ofSeconds(10));
    assertThat(start("alice")).containsExactly("alice types");
  }

  @Test
  void leavesOutWhatIsNotAllowedAndDoesNotAskEachTime() {
    forbidden.add("mallory");
    for (int i = 0; i < 100; i++) {
      assertThat(start("mallory")).isEmpty();
    }
    assertThat(asked).isEqualTo(1);
    forbidden.clear();
    pass(Duration.ofSeconds(3));
    assertThat(start("mallory")).containsExactly("mallory types");
  }

  @Test
  void endsTheTypingOfWhoLostTheRight() {
    start("alice");
    forbidden.add("alice");
    pass(Duration.ofSeconds(3));
    assertThat(start("alice")).containsExactly("alice rests");
    assertThat(pass(Duration.ofSeconds(20))).isEmpty();
  }

  @Test
  void leavesOutWhatCannotBeChecked() {
    forbidden.add("failure");
    assertThat(start("alice")).isEmpty();
  }

  @Test
  void isNotForReservedChannelsOrPrograms() {
    typing.start(user("alice"), new ChannelName("org:demo"));
    typing.start(user("alice"), new ChannelName("user:alice"));
    typing.start(
        new Identity(
            "demo",
            new UserId("reporter"),
            "reporter",
            "",
            OrganizationRole.MEMBER,
            "",
            Instant.MAX,
            Identity.Kind.API_KEY),
        GENERAL);
    assertThat(told()).isEmpty();
    assertThat(asked).isZero();
  }

  @Test
  void stopsEverywhereWhenTheUserIsGone() {
    typing.start(user("alice"), GENERAL);
    typing.start(user("alice"), new ChannelName("random"));
    typing.start(user("bob"), GENERAL);
    told();
    typing.gone(user("alice"));
    assertThat(told()).containsExactly("alice rests", "alice rests");
  }

  @Test
  void showsNoMoreUsersThanAnybodyReads() {
    for (int i = 0; i < 100; i++) {
      start("user" + i);
    }
    assertThat(start("late")).isEmpty();
    assertThat(stop("user0")).containsExactly("user0 rests");
    assertThat(start("next")).containsExactly("next types");
  }

  @Test
  void followsAUserIntoABoundedNumberOfChannels() {
    for (int i = 0; i < 1_000; i++) {
      typing.start(user("alice"), new ChannelName("room" + i));
    }
    assertThat(told()).hasSize(TypingService.MAX_CHANNELS);
    assertThat(asked).isEqualTo(TypingService.MAX_CHANNELS);
    assertThat(typing.size()).isEqualTo(TypingService.MAX_CHANNELS);
  }

  @Test
  void keepsABoundedNumberOfUsers() {
    for (int i = 0; i < TypingService.MAX_TYPISTS + 100; i++) {
      typing.start(user("user" + i), new ChannelName("room" + i));
    }
    assertThat(typing.size()).isEqualTo(TypingService.MAX_TYPISTS);
    pass(Duration.ofSeconds(10));
    assertThat(typing.size()).isZero();
  }

  @Test
  void doesNotOvertakeWhatIsStillOnItsWay() {
    bus.meanwhile = () -> typing.stop(user("alice"), GENERAL);
    assertThat(start("alice")).containsExactly("alice types", "alice rests");
  }

  @Test
  void alternatesForEachUserWhenManyThreadsTell() throws Exception {
    Random seeds = PresenceStoreContract.seeded("typing threads");
    TypingService shared = new TypingService(bus, (identity, channel) -> true, clock);
    int threads = 8;
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Random random = new Random(seeds.nextLong());
        done.add(
            pool.submit(
                () -> {
                  go.await();
                  for (int i = 0; i < 5_000; i++) {
                    Identity someone = user("u" + random.nextInt(4));
                    if (random.nextBoolean()) {
                      shared.start(someone, GENERAL);
                    } else {
                      shared.stop(someone, GENERAL);
                    }
                    if (random.nextInt(10) == 0) {
                      clock.pass(Duration.ofMillis(random.nextInt(500)));
                      shared.sweep();
                    }
                  }
                  return null;
                }));
      }
      go.countDown();
      for (Future<?> one : done) {
        one.get(60, SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    clock.pass(TypingService.LASTS);
    shared.sweep();
    List<String> told = told();
    assertThat(told).hasSizeGreaterThan(100);
    for (int u = 0; u < 4; u++) {
      String name = "u" + u + " ";
      List<String> own = told.stream().filter(t -> t.startsWith(name)).toList();
      assertThat(own.get(0)).isEqualTo(name + "types");
      assertThat(own.get(own.size() - 1)).isEqualTo(name + "rests");
      for (int i = 1; i < own.size(); i++) { // a start may be repeated, a stop never
        assertThat(own.get(i).endsWith("rests") && own.get(i - 1).endsWith("rests")).isFalse();
      }
    }
    assertThat(shared.size()).isZero();
  }
}
