package io.carillon.redis;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.security.LocalRateLimiter;
import io.carillon.security.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Counts over all nodes, by Redis' clock, in the same buckets as {@link LocalRateLimiter}. This
 * node's own count is asked first: it refuses a flood without a question to Redis, and is what
 * remains while Redis is away; then a user may send as much on each node. Any thread.
 */
public final class RedisRateLimiter implements RateLimiter {
  /**
   * A bucket is kept as the time at which it will be full again, in microseconds; the answer is how
   * long to wait for a token, 0 if one was taken.
   */
  private static final RedisScript TAKE =
      new RedisScript(
          """
          local time = redis.call('TIME')
          local now = time[1] * 1000000 + time[2]
          local full = tonumber(redis.call('GET', KEYS[1]) or '0')
          local afterwards = math.max(0, full - now) + ARGV[1]
          local wait = afterwards - ARGV[2]
          if wait > 0 then
            return math.ceil(wait)
          end
          redis.call('SET', KEYS[1], string.format('%.0f', now + afterwards),
              'PX', math.ceil(afterwards / 1000))
          return 0
          """);

  private static final long PERIOD_MICROS = Duration.ofMinutes(1).toNanos() / 1_000;

  private final RedisPool redis;
  private final int messagesPerMinute;
  private final RateLimiter here;

  /**
   * @param messagesPerMinute for each user, at least 1
   * @param here counts this node's own
   */
  RedisRateLimiter(RedisPool redis, int messagesPerMinute, RateLimiter here) {
    this.redis = redis;
    this.messagesPerMinute = messagesPerMinute;
    this.here = here;
  }

  @Override
  public void take(Identity sender) {
    here.take(sender);
    if (sender.kind() == Identity.Kind.SERVER) {
      return;
    }
    boolean program = sender.kind() == Identity.Kind.API_KEY;
    long capacity =
        program ? (long) messagesPerMinute * LocalRateLimiter.API_KEY_FACTOR : messagesPerMinute;
    long tokenMicros = Math.max(1, PERIOD_MICROS / capacity);
    String key =
        (program ? "rate:key:" : "rate:user:") + sender.organization() + '/' + sender.userId();
    List<String> arguments =
        List.of(Long.toString(tokenMicros), Long.toString(capacity * tokenMicros));
    Optional<List<Object>> answers = redis.run(List.of(TAKE.call(List.of(key), arguments)));
    long waitMicros = answers.isPresent() ? (Long) answers.get().get(0) : 0;
    if (waitMicros > 0) {
      throw new RealtimeException(
          ErrorCode.RATE_LIMITED, "messages per minute", Duration.ofNanos(waitMicros * 1_000));
    }
  }
}
