package io.carillon.gateway;

import java.util.function.LongSupplier;

/** How often a client has done what it should not, forgiven with time. One thread at a time. */
public final class Offences {
  private final long forgiveNanos;
  private final long maxNanos;
  private final LongSupplier nanoClock;
  private long forgivenAt;

  /**
   * @param max that are borne at once
   * @param perSecond that are forgiven in each second
   */
  public Offences(int max, double perSecond, LongSupplier nanoClock) {
    this.forgiveNanos = (long) (1_000_000_000L / perSecond);
    this.maxNanos = max * forgiveNanos;
    this.nanoClock = nanoClock;
    this.forgivenAt = nanoClock.getAsLong();
  }

  /** Counts one; true if it is more than can be borne. */
  public boolean isTooMuch() {
    long now = nanoClock.getAsLong();
    if (forgivenAt - now < 0) {
      forgivenAt = now;
    }
    forgivenAt += forgiveNanos;
    return forgivenAt - now > maxNanos;
  }
}
