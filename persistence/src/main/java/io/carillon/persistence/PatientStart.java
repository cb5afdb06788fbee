package io.carillon.persistence;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

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
   * @throws RuntimeException that of the step, if it is of another kind or the minute is over
   */
  public static void run(Runnable step) {
    long deadline = System.nanoTime() + MAX_ABSENCE.toNanos();
    while (true) {
      try {
        step.run();
        return;
      } catch (RuntimeException e) {
        if (!DatabaseOutage.isBehind(e)
            || System.nanoTime() > deadline
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        DatabaseOutage.tell(e);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
