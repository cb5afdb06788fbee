package io.carillon.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.user.UserId;
import io.carillon.presence.PresenceTransition.Change;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An organization with 100 connections here, and a budget for ten events a second. */
class PresenceAnnouncerTest {
  private static final int CONNECTIONS = 100;

  private final RecordingBus bus = new RecordingBus();
  private final LocalConnections connections = new LocalConnections(10_000);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final PresenceAnnouncer announcer = announcer(10 * CONNECTIONS);
  private long now = 1_000_000;

  PresenceAnnouncerTest() {
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add("c" + i, "demo", new UserId("user" + i), "{}");
    }
  }

  private PresenceAnnouncer announcer(int deliveriesPerSecond) {
    return new PresenceAnnouncer(
        bus, new PresenceMeters(meters, connections), connections, deliveriesPerSecond);
  }

  private void announce(String user, Change change) {
    announcer.announce(
        List.of(new PresenceTransition(PresenceScope.of("demo"), new UserId(user), change, 0)),
        now);
  }

  private List<String> told() {
    return bus.take().stream().map(s -> s.originUserId() + " " + s.type().event()).toList();
  }

  private List<String> flushAfter(long millis) {
    now += millis;
    announcer.flush(now);
    return told();
  }

  private double count(String meter) {
    return meters.get(meter).counter().count();
  }

  /** Uses up what may be sent at once. */
  private void exhaust() {
    int saved = 10 * PresenceAnnouncer.SAVED_SECONDS;
    for (int i = 0; i < saved; i++) {
      announce("early" + i, Change.ONLINE);
    }
    assertThat(told()).hasSize(saved);
  }

  @Test
  void sendsWhatWaitedAsSoonAsTheBudgetAllows() {
    exhaust();
    announce("alice", Change.ONLINE);
    announce("bob", Change.ONLINE);
    assertThat(told()).isEmpty();
    assertThat(announcer.hasWaiting()).isTrue();
    assertThat(flushAfter(100)).containsExactly("alice presence:online");
    assertThat(flushAfter(100)).containsExactly("bob presence:online");
    assertThat(announcer.hasWaiting()).isFalse();
  }

  @Test
  void forgetsATransitionThatIsTakenBackWhileItWaits() {
    exhaust();
    announce("alice", Change.ONLINE);
    announce("alice", Change.OFFLINE);
    assertThat(announcer.hasWaiting()).isFalse();
    assertThat(flushAfter(60_000)).isEmpty();
    assertThat(count("carillon.presence.cancelled")).isEqualTo(1);
    announce("alice", Change.ONLINE);
    assertThat(told()).containsExactly("alice presence:online");
  }

  @Test
  void leavesOutWhatWaitedTooLongTogetherWithItsOpposite() {
    exhaust();
    for (int i = 0; i < 30; i++) {
      announce("late" + i, Change.ONLINE);
    }
    int sent = 0;
    for (int i = 0; i < 20; i++) {
      sent += flushAfter(100).size();
    }
    assertThat(sent).isBetween(10, 11);
    assertThat(count("carillon.presence.dropped")).isEqualTo(30 - sent);
    now += 60_000;
    announce("late29", Change.OFFLINE); // nobody has heard that late29 came
    assertThat(told()).isEmpty();
    announce("late29", Change.ONLINE);
    assertThat(told()).containsExactly("late29 presence:online");
  }

  @Test
  void bringsNewsInOrderBehindWhatWaits() {
    exhaust();
    announce("alice", Change.ONLINE);
    now += 150;
    announce("bob", Change.ONLINE); // could be paid for, but alice was first
    assertThat(told()).isEmpty();
    assertThat(flushAfter(0)).startsWith("alice presence:online");
  }

  @Test
  void tellsEvenAnOrganizationThatIsLargerThanTheBudgetSomething() {
    PresenceAnnouncer poor = announcer(1);
    poor.announce(
        List.of(
            new PresenceTransition(
                PresenceScope.of("demo"), new UserId("alice"), Change.ONLINE, 1)),
        now);
    assertThat(told()).containsExactly("alice presence:online");
  }

  @Test
  void sendsEverythingWithoutALimit() {
    PresenceAnnouncer unlimited = announcer(0);
    for (int i = 0; i < 1_000; i++) {
      unlimited.announce(
          List.of(
              new PresenceTransition(
                  PresenceScope.of("demo"), new UserId("u" + i), Change.ONLINE, i)),
          now);
    }
    assertThat(told()).hasSize(1_000);
  }

  @Test
  void neverTellsAnObserverTheSameTwice() {
    Random random = PresenceStoreContract.seeded("the budget");
    Map<String, Change> actual = new HashMap<>();
    Map<String, String> heard = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(3) == 0) {
        now += random.nextInt(200);
        announcer.flush(now);
      } else {
        String user = "u" + random.nextInt(50);
        Change next = actual.get(user) == Change.ONLINE ? Change.OFFLINE : Change.ONLINE;
        actual.put(user, next);
        announce(user, next);
      }
      bus.take()
          .forEach(
              s ->
                  assertThat(heard.put(s.originUserId(), s.type().event()))
                      .isNotEqualTo(s.type().event()));
    }
    assertThat(count("carillon.presence.dropped")).isGreaterThan(10);
    assertThat(count("carillon.presence.cancelled")).isGreaterThan(10);
  }
}
