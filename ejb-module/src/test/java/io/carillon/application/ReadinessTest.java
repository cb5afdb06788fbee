package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import io.carillon.node.Metrics;
import io.carillon.node.NodeId;
import io.carillon.node.ThreadWorkers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final ThreadWorkers workers = new ThreadWorkers();
  private final MemoryNodes nodes = new MemoryNodes();
  private final CountDownLatch databaseIsBack = new CountDownLatch(1);
  private final RecordingBus bus = new RecordingBus();
  private boolean draining;
  private final Connections connections = new FakeConnections();
  private final Readiness readiness =
      new Readiness(
          new NodeRegistry(
              nodes,
              connections,
              new Metrics(new SimpleMeterRegistry()),
              workers,
              NodeId.random(),
              Settings.of(Map.of()),
              Clock.systemUTC()),
          connections,
          bus);

  private final class FakeConnections extends Connections {
    @Override
    public boolean isDraining() {
      return draining;
    }

    @Override
    public int count() {
      return 0;
    }
  }

  @AfterEach
  void stop() {
    databaseIsBack.countDown();
    workers.close();
  }

  private void hang() {
    try {
      databaseIsBack.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void isUpWhileTheDatabaseTakesWrites() {
    Readiness.Report report = readiness.report();
    assertThat(report.status()).isEqualTo(Readiness.Status.UP);
    assertThat(report.checks())
        .extracting(Readiness.Check::name)
        .containsExactly("database", "bus", "accepting");
  }

  @Test
  void isDegradedWithoutTheBusAndStillTakesClients() {
    bus.connected = false;
    assertThat(readiness.report().status()).isEqualTo(Readiness.Status.DEGRADED);
  }

  @Test
  void isDownWhenTheDatabaseFailsAndSaysWhichPart() {
    nodes.database =
        () -> {
          throw new IllegalStateException("away");
        };
    Readiness.Report report = readiness.report();
    assertThat(report.status()).isEqualTo(Readiness.Status.DOWN);
    assertThat(report.checks().get(0).status()).isEqualTo(Readiness.Status.DOWN);
    assertThat(report.checks().get(2).status()).isEqualTo(Readiness.Status.UP);
  }

  @Test
  void isDownWhileTheNodeDrains() {
    draining = true;
    assertThat(readiness.report().status()).isEqualTo(Readiness.Status.DOWN);
  }

  @Test
  void asksTheDatabaseOnceHoweverManyWantToKnow() {
    List<CompletableFuture<Readiness.Report>> all =
        Stream.generate(() -> CompletableFuture.supplyAsync(readiness::report)).limit(20).toList();
    assertThat(all).allSatisfy(r -> assertThat(r.join().status()).isEqualTo(Readiness.Status.UP));
    assertThat(nodes.writes).hasValueLessThan(3);
  }

  @Test
  void givesUpOnADatabaseThatHangsWithoutAskingItAgain() {
    nodes.database = this::hang;
    long began = System.nanoTime();
    assertThat(readiness.report().status()).isEqualTo(Readiness.Status.DOWN);
    Duration waited = Duration.ofNanos(System.nanoTime() - began);
    assertThat(waited).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(5));
    began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertThat(readiness.report().status()).isEqualTo(Readiness.Status.DOWN);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    assertThat(nodes.writes).hasValue(1);

    nodes.database = () -> {};
    databaseIsBack.countDown();
    await().until(() -> readiness.report().status() == Readiness.Status.UP);
  }
}
