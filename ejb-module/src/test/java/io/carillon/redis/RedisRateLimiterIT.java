package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.node.ThreadWorkers;
import io.carillon.security.LocalRateLimiter;
import io.carillon.security.RateLimiter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two nodes that count together on a real Redis. */
class RedisRateLimiterIT {
  private static final int LIMIT = 20;

  @TempDir Path folder;

  private final List<RedisPool> pools = new ArrayList<>();
  private final ThreadWorkers workers = new ThreadWorkers();
  private RedisServer redis;
  private RateLimiter one;
  private RateLimiter two;

  @BeforeEach
  void start() {
    redis = new RedisServer(folder);
    one = limiter();
    two = limiter();
  }

  @AfterEach
  void stop() {
    pools.forEach(RedisPool::close);
    workers.close();
    if (redis != null) {
      redis.close();
    }
  }

  private RateLimiter limiter() {
    RedisPool pool =
        RedisPool.open(
            redis.servers(workers),
            new RedisKeys("test:", "limits"),
            "test",
            8,
            Duration.ofMillis(200),
            workers);
    pools.add(pool);
    return new RedisRateLimiter(pool, LIMIT, new LocalRateLimiter(LIMIT, System::nanoTime));
  }

  private static Identity alice() {
    return Users.member("alice");
  }

  private static boolean takes(RateLimiter limiter, Identity user) {
    try {
      limiter.take(user);
      return true;
    } catch (RealtimeException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
      return false;
    }
  }

  @Test
  void countsOverAllNodes() {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(takes(i % 2 == 0 ? one : two, alice())).isTrue();
    }
    assertThatThrownBy(() -> one.take(alice()))
        .isInstanceOfSatisfying(
            RealtimeException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
              assertThat(refused.retryAfter())
                  .isBetween(Duration.ofMillis(1), Duration.ofSeconds(60 / LIMIT));
            });
    assertThat(takes(two, alice())).isFalse();
    assertThat(takes(two, Users.member("bob"))).isTrue();
    assertThat(takes(two, Users.member("alice", Identity.Kind.API_KEY))).isTrue();
    try (Jedis jedis = redis.client()) {
      assertThat(jedis.pttl("test:rate:user:demo/alice")).isBetween(1L, 60_000L);
    }
  }

  @Test
  void countsExactlyHoweverManyAskAtOnce() {
    AtomicInteger taken = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    long began = System.nanoTime();
    for (int thread = 0; thread < 8; thread++) {
      RateLimiter limiter = thread % 2 == 0 ? one : two;
      all.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < LIMIT; i++) {
                  if (takes(limiter, alice())) {
                    taken.incrementAndGet();
                  }
                }
              }));
    }
    all.forEach(CompletableFuture::join);
    long refilled = (System.nanoTime() - began) * LIMIT / Duration.ofMinutes(1).toNanos() + 1;
    assertThat(taken.get()).isBetween(LIMIT, LIMIT + (int) refilled);
  }

  @Test
  void countsOnEachNodeWhileRedisIsAway() {
    redis.kill();
    for (int i = 0; i < LIMIT; i++) {
      assertThat(takes(one, alice())).isTrue();
      assertThat(takes(two, alice())).isTrue();
    }
    assertThat(takes(one, alice())).isFalse();
    assertThat(takes(two, alice())).isFalse();
    redis.start();
    Identity bob = Users.member("bob");
    await()
        .until(
            () -> {
              one.take(bob);
              try (Jedis jedis = redis.client()) {
                return jedis.exists("test:rate:user:demo/bob");
              }
            });
  }

  @Test
  void holdsNobodyUpLongWhileRedisStandsStill() {
    takes(one, alice());
    redis.pause();
    long began = System.nanoTime();
    for (int i = 1; i < LIMIT; i++) {
      assertThat(takes(one, alice())).isTrue();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    redis.resume();
  }
}
