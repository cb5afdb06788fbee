package io.carillon.security;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket for each key: it holds {@code capacity} tokens when full and refills evenly, a
 * whole bucket in one {@code period}. Exact under concurrency, for any thread, without a lock over
 * all keys.
 *
 * <p>A bucket is kept as one number, the time at which it will be full again. One that is full says
 * nothing and is dropped, so the map holds only keys that were used within the last period; should
 * even those be too many, new keys are refused until some have refilled.
 */
final class TokenBuckets {
  private static final long FIRST_SWEEP = 1024;

  private final long capacity;
  private final long tokenNanos;
  private final int maxKeys;
  private final LongSupplier nanoClock;
  private final ConcurrentHashMap<String, Long> fullAt = new ConcurrentHashMap<>();
  private final AtomicLong sweepAbove = new AtomicLong(FIRST_SWEEP);

  /**
   * @param capacity tokens in a full bucket, at least 1
   * @param period the time in which an empty bucket fills
   * @param maxKeys how many buckets may be less than full at a time
   * @param nanoClock like {@link System#nanoTime}
   */
  TokenBuckets(int capacity, Duration period, int maxKeys, LongSupplier nanoClock) {
    if (capacity < 1 || maxKeys < 1) {
      throw new IllegalArgumentException("capacity " + capacity + ", keys " + maxKeys);
    }
    this.capacity = capacity;
    this.tokenNanos = Math.max(1, period.toNanos() / capacity);
    this.maxKeys = maxKeys;
    this.nanoClock = nanoClock;
  }

  /** Takes one token. @return zero if there was one, otherwise the wait until there will be one */
  Duration take(String key) {
    long now = nanoClock.getAsLong();
    if (!mayHold(key, now)) {
      return Duration.ofNanos(tokenNanos);
    }
    long[] waitNanos = {0};
    fullAt.compute(
        key,
        (ignored, full) -> {
          long missing = full == null ? 0 : Math.max(0, full - now);
          long afterwards = missing + tokenNanos;
          waitNanos[0] = Math.max(0, afterwards - capacity * tokenNanos);
          return waitNanos[0] > 0 ? full : Long.valueOf(now + afterwards);
        });
    return Duration.ofNanos(waitNanos[0]);
  }

  /** Puts back a token that was taken before. */
  void giveBack(String key) {
    long now = nanoClock.getAsLong();
    fullAt.computeIfPresent(
        key, (ignored, full) -> full - now <= tokenNanos ? null : Long.valueOf(full - tokenNanos));
  }

  int size() {
    return fullAt.size();
  }

  private boolean mayHold(String key, long now) {
    long size = fullAt.mappingCount();
    long threshold = sweepAbove.get();
    if (size >= threshold && sweepAbove.compareAndSet(threshold, Long.MAX_VALUE)) {
      // One thread sweeps; the next sweep waits until the map has doubled, so its cost is spread.
      fullAt.values().removeIf(full -> full - now <= 0);
      size = fullAt.mappingCount();
      sweepAbove.set(Math.max(FIRST_SWEEP, Math.min(2 * size, maxKeys)));
    }
    return size < maxKeys || fullAt.containsKey(key);
  }
}
