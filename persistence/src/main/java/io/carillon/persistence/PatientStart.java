package io.carillon.persistence;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Tries again what a start needs of a database that is away or busy: after a power cut it may come
 * up later than the node, and nodes that start together wait for each other's rows.
 */
public final class PatientStart {
  private static final Duration MAX_ABSENCE = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private PatientStart() {}

  /**
   * Runs a step until it succeeds, for a minute at most; an interrupt ends the waiting, too.
   *
   * @throws RuntimeException that of the step, if it is of another kind than a database that could
   *     not do what was asked, or the minute is over
   */
  public static void run(Runnable step) {
    try {
      call(
          () -> {
            step.run();
            return null;
          },
          DatabaseOutage::isBehind,
          new CountDownLatch(1));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e); // a Runnable has none of these
    }
  }

  /**
   * As {@link #run}, with a result.
   *
   * @param passes whether a failure may be over in a while
   * @param end ends the waiting when it is counted down
   * @throws Exception that of the step
   */
  public static <T> T call(Callable<T> step, Predicate<Throwable> passes, CountDownLatch end)
      throws Exception {
    long deadline = System.nanoTime() + MAX_ABSENCE.toNanos();
    while (true) {
      try {
        return step.call();
      } catch (Exception e) {
        if (!passes.test(e) || System.nanoTime() > deadline || isOver(end)) {
          throw e;
        }
        DatabaseOutage.tell(e);
        pause(end);
      }
    }
  }

  private static boolean isOver(CountDownLatch end) {
    return end.getCount() == 0 || Thread.currentThread().isInterrupted();
  }

  private static void pause(CountDownLatch end) {
    try {
      end.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // one more try, which is the last
    }
  }
}
