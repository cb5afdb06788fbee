package io.carillon.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;

/** Delays that people see, in milliseconds. */
final class Delays {
  /** The machine may be busy with something else for a while. */
  private static final int TRIES = 3;

  private Delays() {}

  /**
   * Measures until 19 of 20 are within a limit, at most {@value #TRIES} times.
   *
   * @param samples of one try
   * @param sample measures one; its number begins with 1 and goes on over all tries
   * @return how many were measured
   */
  static int assertWithin(long limitMillis, String what, int samples, IntToLongFunction sample) {
    int count = 0;
    long p95 = 0;
    for (int tries = 0; tries < TRIES; tries++) {
      List<Long> delays = new ArrayList<>();
      for (int i = 0; i < samples; i++) {
        delays.add(sample.applyAsLong(++count));
      }
      delays.sort(null);
      p95 = delays.get((samples * 19 - 1) / 20);
      System.out.printf(
          "%s: p50 %d ms, p95 %d ms, most %d ms%n",
          what, delays.get(samples / 2), p95, delays.get(samples - 1));
      if (p95 <= limitMillis) {
        return count;
      }
    }
    assertThat(p95).as(what).isLessThanOrEqualTo(limitMillis);
    return count;
  }
}
