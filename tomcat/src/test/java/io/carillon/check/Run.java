package io.carillon.check;

import io.carillon.check.wire.Wire;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What all clients of one run share.
 *
 * @param random of the run's seed; a client splits off its own, on the thread that makes it
 */
record Run(Wire wire, Recorder recorder, Positions positions, SplittableRandom random) {
  private static final int MAX_RETURN_MILLIS = 50;

  /** How long a client waits until it comes back. */
  static Duration returnDelay(SplittableRandom random) {
    return Duration.ofMillis(random.nextInt(MAX_RETURN_MILLIS + 1));
  }
}
