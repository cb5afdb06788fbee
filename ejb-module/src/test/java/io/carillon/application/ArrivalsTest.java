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
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArrivalsTest {
  private static final Duration LONG_BURST = Duration.ofMinutes(1);

  private final ExecutorService clients = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    clients.shutdownNow();
  }

  @Test
  void letsABurstWaitForItsTurnInTheOrderInWhichItCame() {
    Arrivals arrivals = new Arrivals(1, () -> 0, LONG_BURST);
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
  void sendsAwaySoonOnceABurstLastsTooLong() {
    Arrivals arrivals = new Arrivals(1, () -> 0, Duration.ofMillis(300));
    Arrivals.Turn only = arrivals.take();
    long begin = System.nanoTime();
    assertRefused(arrivals); // has waited for all of the burst
    assertThat(millisSince(begin)).isGreaterThanOrEqualTo(300);
    long then = System.nanoTime();
    assertRefused(arrivals);
    assertThat(millisSince(then)).isLessThan(300); // 20 ms, if the machine is quiet
    only.close();
    // Nobody waits any more: the next burst is one again.
    try (Arrivals.Turn turn = arrivals.take()) {
      long later = System.nanoTime();
      assertRefused(arrivals);
      assertThat(millisSince(later)).isGreaterThanOrEqualTo(300);
    }
  }

  @Test
  void spreadsThoseItSendsAway() {
    Arrivals arrivals = new Arrivals(1, () -> 0, Duration.ZERO);
    try (Arrivals.Turn only = arrivals.take()) {
      List<Long> seconds = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        seconds.add(assertRefused(arrivals).retryAfter().toSeconds());
      }
      assertThat(seconds).allMatch(wait -> wait >= 1 && wait <= 6);
      assertThat(seconds.stream().mapToLong(wait -> wait).average().orElseThrow())
          .isCloseTo(3.5, within(1.5));
    }
  }

  @Test
  void letsNobodyInWhileThoseInsideAreNotServed() {
    AtomicInteger backlog = new AtomicInteger(Arrivals.MAX_BACKLOG + 1);
    Arrivals arrivals = new Arrivals(1, backlog::get, LONG_BURST);
    assertRefused(arrivals);
    backlog.decrementAndGet();
    arrivals.take().close();
  }

  private static RealtimeException assertRefused(Arrivals arrivals) {
    RealtimeException[] refusal = {null};
    assertThatThrownBy(arrivals::take)
        .isInstanceOfSatisfying(RealtimeException.class, e -> refusal[0] = e);
    assertThat(refusal[0].code()).isEqualTo(ErrorCode.OVERLOADED);
    return refusal[0];
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
