package io.carillon.security;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/** Many threads that do something at the same moment. */
final class Race {
  private Race() {}

  /** How many of the threads were told true. */
  static int winners(int threads, IntPredicate attempt) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        results.add(
            executor.submit(
                () -> {
                  start.await(20, TimeUnit.SECONDS);
                  return attempt.test(number);
                }));
      }
      int winners = 0;
      for (Future<Boolean> result : results) {
        if (result.get(20, TimeUnit.SECONDS)) {
          winners++;
        }
      }
      return winners;
    } finally {
      executor.shutdownNow();
    }
  }
}
