package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Counts in this node's memory: a token bucket for each user, as large as the limit of one minute.
 *
 * <p>A program with an API key speaks for many users and has {@value #API_KEY_FACTOR} times as
 * much.
 */
public final class LocalRateLimiter implements RateLimiter {
  /** How many users a program counts for. */
  public static final int API_KEY_FACTOR = 100;

  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int MAX_USERS = 200_000;
  private static final int MAX_API_KEYS = 10_000;

  private final boolean off;
  private final TokenBuckets users;
  private final TokenBuckets apiKeys;

  /**
   * @param messagesPerMinute for each user, 0 for no limit
   * @param nanoClock like {@link System#nanoTime}
   */
  public LocalRateLimiter(int messagesPerMinute, LongSupplier nanoClock) {
    this.off = messagesPerMinute == 0;
    int capacity = Math.max(1, messagesPerMinute);
    this.users = new TokenBuckets(capacity, PERIOD, MAX_USERS, nanoClock);
    int programs = (int) Math.min(Integer.MAX_VALUE, (long) capacity * API_KEY_FACTOR);
    this.apiKeys = new TokenBuckets(programs, PERIOD, MAX_API_KEYS, nanoClock);
  }

  @Override
  public void take(Identity sender) {
    if (off || sender.kind() == Identity.Kind.SERVER) {
      return;
    }
    TokenBuckets buckets = sender.kind() == Identity.Kind.API_KEY ? apiKeys : users;
    Duration wait = buckets.take(sender.organization() + '/' + sender.userId());
    if (!wait.isZero()) {
      throw new RealtimeException(ErrorCode.RATE_LIMITED, "messages per minute", wait);
    }
  }
}
