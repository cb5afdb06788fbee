package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.node.NodeReport;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.NodeId;
import io.carillon.node.ThreadWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeRegistryTest {
  private static final long SECOND_MILLIS = 1_000;

  private final ThreadWorkers workers = new ThreadWorkers();
  private final MemoryNodes nodes = new MemoryNodes();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final NodeId run = NodeId.random();
  private volatile boolean draining;
  private final NodeRegistry registry = registry("here");

  private final class FakeConnections extends Connections {
    @Override
    public boolean isDraining() {
      return draining;
    }

    @Override
    public int count() {
      return 17;
    }
  }

  private NodeRegistry registry(String name) {
    return new NodeRegistry(
        nodes,
        new FakeConnections(),
        new Metrics(meters),
        workers,
        run,
        Settings.of(Map.of("CARILLON_NODE_ID", name, "CARILLON_NODE_HEARTBEAT", "100ms")),
        Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    workers.close();
  }

  private static Identity identity(OrganizationRole role, Identity.Kind kind) {
    return new Identity("demo", new UserId("x"), "X", "", role, "", Instant.MAX, kind);
  }

  private List<NodeRegistry.Node> list() {
    return registry.list(identity(OrganizationRole.ADMIN, Identity.Kind.USER));
  }

  private double counted(String state) {
    return meters.get("carillon.nodes").tag("state", state).gauge().value();
  }

  private static NodeReport other(NodeReport.State state) {
    return new NodeReport("other", "there", "2", 1, state, 3, 4);
  }

  @Test
  void entersItselfAndSpeaksAgainAndAgain() {
    registry.start();
    await().until(() -> nodes.writes.get() > 3);
    assertThat(list()).hasSize(1);
    NodeReport here = list().get(0).report();
    assertThat(here.run()).isEqualTo(run.value());
    assertThat(here.name()).isEqualTo("here");
    assertThat(here.version()).isNotBlank();
    assertThat(here.connections()).isEqualTo(17);
    assertThat(here.loadPercent()).isBetween(0, 100);
  }

  @Test
  void hasAnIdWithoutBeingGivenOne() {
    registry("").start();
    await().until(() -> list().size() == 1);
    assertThat(list().get(0).report().name()).isEqualTo(run.value());
  }

  @Test
  void takesThoseForDeadThatAreSilentForThreeHeartbeats() {
    nodes.seen(other(NodeReport.State.UP), 1);
    assertThat(list()).extracting(NodeRegistry.Node::state).containsExactly(NodeRegistry.State.UP);
    nodes.isSilent("other", 300);
    assertThat(list()).extracting(NodeRegistry.Node::state).containsExactly(NodeRegistry.State.UP);
    nodes.isSilent("other", 301);
    assertThat(list())
        .extracting(NodeRegistry.Node::state)
        .containsExactly(NodeRegistry.State.DEAD);
  }

  @Test
  void countsNodesByTheirState() {
    nodes.seen(other(NodeReport.State.DRAINING), 1);
    registry.start();
    await().until(() -> counted("UP") == 1 && counted("DRAINING") == 1 && counted("DEAD") == 0);
    nodes.isSilent("other", SECOND_MILLIS);
    await().until(() -> counted("UP") == 1 && counted("DRAINING") == 0 && counted("DEAD") == 1);
  }

  @Test
  void saysThatItDrains() {
    draining = true;
    registry.start();
    await().until(() -> counted("DRAINING") == 1);
  }

  @Test
  void leavesForGoodAlsoWhileItIsSpeaking() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    nodes.database =
        () -> {
          writing.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    registry.start();
    writing.await();
    Thread leaves = new Thread(registry::leave);
    leaves.start();
    await().until(() -> leaves.getState() == Thread.State.TIMED_WAITING);
    goOn.countDown();
    leaves.join();
    assertThat(list()).isEmpty();
    assertThat(registry.beatSince(Duration.ZERO).outcome()).isCompletedExceptionally();
    assertThat(list()).isEmpty();
  }

  @Test
  void doesNotWaitForADatabaseThatHangsWhenItLeaves() {
    CountDownLatch never = new CountDownLatch(1);
    registry.start();
    await().until(() -> list().size() == 1);
    nodes.database =
        () -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    long began = System.nanoTime();
    registry.leave();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void countsWhatTheDatabaseDidNotTake() {
    nodes.database =
        () -> {
          throw new IllegalStateException("away");
        };
    registry.start();
    await().until(() -> meters.get("carillon.node.heartbeat.failures").counter().count() > 2);
    nodes.database = () -> {};
    await().until(() -> list().size() == 1);
  }

  @Test
  void isForAdminsInPerson() {
    for (Identity by :
        List.of(
            identity(OrganizationRole.MEMBER, Identity.Kind.USER),
            identity(OrganizationRole.ADMIN, Identity.Kind.API_KEY))) {
      assertThatThrownBy(() -> registry.list(by))
          .isInstanceOfSatisfying(
              RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }
    assertThat(registry.list(identity(OrganizationRole.OWNER, Identity.Kind.USER))).isEmpty();
  }
}
