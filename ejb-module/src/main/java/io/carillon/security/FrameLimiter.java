package io.carillon.security;

import java.util.function.LongSupplier;

/**
 * How many frames one connection may send: a token bucket that holds one second's worth. Frames of
 * a connection arrive one after the other, so it has no lock: confined to whoever reads the
 * connection.
 */
public final class FrameLimiter {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long frameNanos; // 0 = off
  private final LongSupplier nanoClock;
  private long fullAt;

  /**
   * @param framesPerSecond 0 for no limit
   * @param nanoClock like {@link System#nanoTime}
   */
  public FrameLimiter(int framesPerSecond, LongSupplier nanoClock) {
    this.frameNanos = framesPerSecond == 0 ? 0 : Math.max(1, NANOS_PER_SECOND / framesPerSecond);
    this.nanoClock = nanoClock;
    this.fullAt = nanoClock.getAsLong();
  }

  /** Counts a frame; false if it is one too many. */
  public boolean tryTake() {
    if (frameNanos == 0) {
      return true;
    }
    long now = nanoClock.getAsLong();
    long afterwards = Math.max(0, fullAt - now) + frameNanos;
    if (afterwards > NANOS_PER_SECOND) {
      return false;
    }
    fullAt = now + afterwards;
    return true;
  }
}
