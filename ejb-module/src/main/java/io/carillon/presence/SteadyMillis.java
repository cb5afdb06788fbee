package io.carillon.presence;

import java.time.Clock;

/**
 * Milliseconds that never go back: when the clock is set back, time goes on from where it was. For
 * durations, not for display. One thread at a time.
 */
final class SteadyMillis {
  private final Clock clock;
  private long last = Long.MIN_VALUE;
  private long lead;

  SteadyMillis(Clock clock) {
    this.clock = clock;
  }

  long now() {
    long read = clock.millis();
    if (read < last) {
      lead += last - read;
    }
    last = read;
    return read + lead;
  }
}
