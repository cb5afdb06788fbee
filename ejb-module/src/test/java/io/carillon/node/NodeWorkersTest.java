package io.carillon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeWorkersTest {
  private final NodeWorkers workers = new NodeWorkers(2, Thread::new);

  @AfterEach
  void close() {
    workers.close();
  }

  @Test
  void goesOnWithAPeriodicTaskThatFails() {
    AtomicInteger runs = new AtomicInteger();
    workers.every(
        Duration.ofMillis(1),
        () -> {
          if (runs.incrementAndGet() == 1) {
            throw new IllegalStateException("asked for by the test");
          }
        });
    await().untilAtomic(runs, greaterThan(3));
  }

  @Test
  void runsADelayedTaskOnce() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    workers.after(Duration.ofMillis(1), ran::countDown);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void forgetsWhatWasToHappenLaterOnceClosed() {
    AtomicInteger runs = new AtomicInteger();
    workers.after(Duration.ofDays(1), runs::incrementAndGet);
    workers.close();
    workers.after(Duration.ZERO, runs::incrementAndGet); // whoever stops asks for it still
    workers.every(Duration.ofMillis(1), runs::incrementAndGet);
    assertThat(runs).hasValue(0);
  }

  @Test
  void interruptsLoopsAndRefusesNewOnesOnceClosed() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    workers.start(
        "test-loop",
        () -> {
          started.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    workers.close();
    assertThat(interrupted.getCount()).isZero();
    assertThatThrownBy(() -> workers.start("late", () -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> workers.io().execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void letsShortWorkEndBeforeItCloses() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    workers
        .io()
        .execute(
            () -> {
              started.countDown();
              try {
                mayEnd.await();
                ended.incrementAndGet();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    Thread closer = new Thread(workers::close);
    closer.start();
    mayEnd.countDown();
    closer.join();
    assertThat(ended).hasValue(1);
  }

  @Test
  void boundsWhatWaits() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Runnable blocked =
        () -> {
          try {
            mayEnd.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                workers.io().execute(blocked);
              }
            })
        .isInstanceOf(RejectedExecutionException.class);
    mayEnd.countDown();
  }
}
