package io.carillon.check;

import io.carillon.check.wire.Wire;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What all clients of one run share.
 *
 * @param longestAbsence of a client whose connection has ended
 * @param random of the run's seed; a client splits off its own, on the thread that makes it
 */
public record Run(
    Wire wire,
    Recorder recorder,
    Positions positions,
    SplittableRandom random,
    Duration longestAbsence) {

  /** How long a client waits until it comes back. */
  Duration returnDelay(SplittableRandom random) {
    return Duration.ofNanos(random.nextLong(longestAbsence.toNanos() + 1));
  }
}
