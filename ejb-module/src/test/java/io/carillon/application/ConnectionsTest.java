package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.security.Authenticator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Runnable> later = new ArrayDeque<>();
  private final Set<String> revoked = new HashSet<>();
  private boolean recordIsAway;
  private int questions; // to the record
  private long nanos;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Connections connections =
      new Connections(
          new TasksAtHand(),
          new Metrics(meters),
          new NobodyWatches(),
          new Record(),
          Settings.of(Map.of()),
          Clock.systemUTC(),
          () -> nanos);

  private static Identity alice(String token) {
    return new Identity(
        "demo",
        new UserId("alice"),
        "Alice",
        "",
        OrganizationRole.MEMBER,
        token,
        Instant.MAX,
        Identity.Kind.USER);
  }

  private void revoke(String token) {
    revoked.add(token);
    connections.onRightsChange(RightsChange.ofUser("demo", new UserId("alice")));
    work();
  }

  private void work() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  private FakeConnection open(String token) {
    FakeConnection connection = new FakeConnection(alice(token));
    connections.opened(connection);
    work();
    return connection;
  }

  @Test
  void closesThoseOfARevokedTokenAndNoOthers() {
    FakeConnection mine = open("one");
    FakeConnection other = open("two");
    revoke("one");
    assertThat(mine.reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(other.reasons).isEmpty();
  }

  @Test
  void endsWhatAProofHasOpenedWithoutAskingTheRecord() {
    FakeConnection mine = open("one");
    FakeConnection other = open("two");
    recordIsAway = true;
    connections.end("one");
    assertThat(mine.reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(other.reasons).isEmpty();
  }

  @Test
  void closesAConnectionThatOpensJustAfterItsTokenWasRevoked() {
    revoke("one");
    assertThat(open("one").reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(open("two").reasons).isEmpty();
  }

  @Test
  void asksNothingForAConnectionThatOpensLongAfterAChange() {
    connections.onRightsChange(RightsChange.ofAll()); // as when a node starts
    open("one");
    assertThat(questions).isEqualTo(1);
    nanos += Duration.ofSeconds(31).toNanos();
    open("two");
    assertThat(questions).isEqualTo(1);
  }

  @Test
  void closesAllOfALockedUserAndNoneOnceUnlocked() {
    FakeConnection open = open("one");
    revoked.addAll(List.of("one", "two"));
    connections.onRightsChange(RightsChange.ofUser("demo", new UserId("alice")));
    work();
    assertThat(open.reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(open("two").reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    revoked.clear();
    assertThat(open("two").reasons).isEmpty();
  }

  @Test
  void asksAgainForWhomTheRecordDidNotAnswer() {
    FakeConnection mine = open("one");
    recordIsAway = true;
    revoke("one");
    assertThat(mine.reasons).isEmpty();
    recordIsAway = false;
    tasks.addAll(later);
    work();
    assertThat(mine.reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void forgetsNoneOfAnyNumberOfRevocations() {
    for (int i = 0; i < 5_000; i++) {
      revoke("token" + i);
    }
    assertThat(open("token0").reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(open("token4999").reasons).containsExactly(ErrorCode.UNAUTHENTICATED);
    assertThat(open("another").reasons).isEmpty();
  }

  @Test
  void tellsHowManyClientsTakeNothing() {
    connections.start();
    FakeConnection slow = open("one");
    open("two").queue.send(EncodedFrame.data("taken"));
    slow.takesNothing = true;
    assertThat(meters.get("carillon.connections.stalled").gauge().value()).isZero();
    slow.queue.send(EncodedFrame.data("waits"));
    assertThat(meters.get("carillon.connections.stalled").gauge().value()).isEqualTo(1);
    connections.closed(slow);
    assertThat(meters.get("carillon.connections.stalled").gauge().value()).isZero();
  }

  /** Work that waits until the test does it. */
  private final class TasksAtHand implements Workers {
    @Override
    public Executor io() {
      return tasks::add;
    }

    @Override
    public void start(String name, Runnable loop) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void every(Duration period, Runnable task) {}

    @Override
    public void after(Duration delay, Runnable task) {
      later.add(task);
    }
  }

  private static final class NobodyWatches extends PresenceService {
    @Override
    public void connected(String connectionId, Identity identity, String transport) {}

    @Override
    public void disconnected(String connectionId, Identity identity) {}
  }

  /** Knows whose proof is still good. */
  private final class Record extends Authenticator {
    @Override
    public Identity refresh(Identity current) {
      questions++;
      if (recordIsAway) {
        throw new IllegalStateException("asked for by the test");
      }
      if (revoked.contains(current.tokenId())) {
        throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "revoked");
      }
      return current;
    }
  }

  private static final class FakeConnection implements LiveConnection, FrameWriter {
    private final Identity identity;
    private final List<ErrorCode> reasons = new ArrayList<>();
    private final OutboundQueue queue = new OutboundQueue(this, 1_000);
    private boolean takesNothing;

    FakeConnection(Identity identity) {
      this.identity = identity;
    }

    @Override
    public Identity identity() {
      return identity;
    }

    @Override
    public String transport() {
      return "test";
    }

    @Override
    public OutboundQueue queue() {
      return queue;
    }

    @Override
    public int write(EncodedFrame[] frames, int count) {
      return takesNothing ? 0 : count;
    }

    @Override
    public void aborted(ErrorCode reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close(ErrorCode reason) {
      reasons.add(reason);
    }

    @Override
    public void heartbeat() {}
  }
}
