package io.carillon.redis;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next try: twice as long after each failure, up to a limit, and each
 * time somewhere between half of it and all of it, so that nodes which lost the same thing do not
 * come back at the same moment. For one thread.
 */
final class Backoff {
  private final long firstMillis;
  private final long maxMillis;
  private long nextMillis;

  Backoff(Duration first, Duration max) {
    this.firstMillis = first.toMillis();
    this.maxMillis = max.toMillis();
    this.nextMillis = firstMillis;
  }

  void succeeded() {
    nextMillis = firstMillis;
  }

  /** Waits; counts one failure more. */
  void await() throws InterruptedException {
    Thread.sleep(next());
  }

  long next() {
    long bound = nextMillis;
    nextMillis = Math.min(maxMillis, 2 * bound);
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }
}
