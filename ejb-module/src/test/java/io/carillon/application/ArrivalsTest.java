package io.carillon.application;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArrivalsTest {
  private static final Duration LONG_WAIT = Duration.ofMinutes(1);

  private int waitingTasks;
  private int waitingRequests;
  private final ExecutorService clients = Executors.newCachedThreadPool();

  private Arrivals arrivals(Duration maxWait) {
    return new Arrivals(1, () -> waitingRequests, () -> waitingTasks, maxWait);
  }

  @AfterEach
  void stop() {
    clients.shutdownNow();
  }

  @Test
  void letsABurstWaitForItsTurnInTheOrderInWhichItCame() {
    Arrivals arrivals = arrivals(LONG_WAIT);
    ConcurrentLinkedQueue<Integer> served = new ConcurrentLinkedQueue<>();
    Arrivals.Turn first = arrivals.take();
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      waiting.add(
          CompletableFuture.runAsync(
              () -> {
                try (Arrivals.Turn turn = arrivals.take()) {
                  served.add(number);
                }
              },
              clients));
      int waitingNow = i + 1;
      await().until(() -> arrivals.waiting() == waitingNow);
    }
    assertThat(served).isEmpty();
    first.close();
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))
        .orTimeout(10, SECONDS)
        .join();
    assertThat(List.copyOf(served)).isSorted().hasSize(20);
  }

  @Test
  void sendsAwayWhoDidNotGetATurnInTime() {
    Arrivals arrivals = arrivals(Duration.ofMillis(300));
    try (Arrivals.Turn only = arrivals.take()) {
      long begin = System.nanoTime();
      assertRefused(arrivals);
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(300_000_000L);
    }
    arrivals.take().close();
  }

  @Test
  void spreadsThoseItSendsAway() {
    Arrivals arrivals = arrivals(Duration.ZERO);
    try (Arrivals.Turn only = arrivals.take()) {
      List<Long> seconds = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        seconds.add(assertRefused(arrivals).retryAfter().toSeconds());
      }
      assertThat(seconds).allMatch(wait -> wait >= 1 && wait <= 8);
      assertThat(seconds.stream().mapToLong(wait -> wait).average().orElseThrow())
          .isCloseTo(4.5, within(2.0));
    }
  }

  @Test
  void letsNobodyInWhileThoseInsideOrBehindAreNotServed() {
    Arrivals arrivals = arrivals(LONG_WAIT);
    waitingTasks = Arrivals.MAX_WAITING_TASKS + 1;
    assertRefused(arrivals);
    waitingTasks--;
    arrivals.take().close();
    waitingRequests = Arrivals.MAX_WAITING_REQUESTS + 1;
    assertRefused(arrivals);
    waitingRequests--;
    arrivals.take().close();
  }

  private static RealtimeException assertRefused(Arrivals arrivals) {
    RealtimeException[] refusal = {null};
    assertThatThrownBy(arrivals::take)
        .isInstanceOfSatisfying(RealtimeException.class, e -> refusal[0] = e);
    assertThat(refusal[0].code()).isEqualTo(ErrorCode.OVERLOADED);
    return refusal[0];
  }
}
