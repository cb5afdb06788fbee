package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.node.ThreadWorkers;
import io.carillon.security.LocalRateLimiter;
import io.carillon.security.RateLimiter;
import io.carillon.security.UserPlaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Two nodes that count together on a real Redis Cluster. */
class RedisClusterLimitsIT {
  private static final int LIMIT = 20;
  private static final RedisKeys KEYS = new RedisKeys("test:", "limits");
  private static final String PLACE = KEYS.name("", true);

  @TempDir Path folder;

  private final ThreadWorkers workers = new ThreadWorkers();
  private final List<RedisPool> pools = new ArrayList<>();
  private RedisCluster redis;
  private RateLimiter one;
  private RateLimiter two;

  @BeforeEach
  void start() {
    redis = new RedisCluster(folder);
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

  private RedisPool pool() {
    RedisPool pool =
        RedisPool.open(redis.servers(workers), KEYS, "test", 8, Duration.ofMillis(500), workers);
    pools.add(pool);
    return pool;
  }

  private RateLimiter limiter() {
    return new RedisRateLimiter(pool(), LIMIT, new LocalRateLimiter(LIMIT, System::nanoTime));
  }

  private static boolean takes(RateLimiter limiter, Identity user) {
    try {
      limiter.take(user);
      return true;
    } catch (RealtimeException e) {
      return false;
    }
  }

  @Test
  void countsOverAllNodesWhileTheSlotMovesAndOnEachWhileItsMasterIsAway() {
    Identity alice = Users.member("alice");
    for (int i = 0; i < LIMIT; i++) {
      if (i == LIMIT / 2) {
        redis.move(RedisMap.slotOf(PLACE), redis.masterOf(PLACE), redis.anotherThan(PLACE));
      }
      assertThat(takes(i % 2 == 0 ? one : two, alice)).isTrue();
    }
    assertThat(takes(one, alice)).isFalse();
    assertThat(takes(two, alice)).isFalse();
    redis.masterOf(PLACE).kill(); // which has it no more
    assertThat(takes(one, alice)).isFalse();

    RedisServer master = redis.anotherThan(PLACE);
    master.kill();
    Identity bob = Users.member("bob");
    for (int i = 0; i < LIMIT; i++) {
      assertThat(takes(one, bob)).isTrue();
      assertThat(takes(two, bob)).isTrue();
    }
    assertThat(takes(one, bob)).isFalse();
    master.start();
    redis.masterOf(PLACE).start(); // without most of its masters a cluster takes no keys
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsInstanceOf(JedisException.class)
        .until(
            () -> {
              String another = UUID.randomUUID().toString();
              two.take(Users.member(another));
              try (Jedis jedis = master.client()) {
                return jedis.exists(PLACE + "rate:user:demo/" + another);
              }
            });
  }

  @Test
  void countsTheConnectionsOfAUserOverAllNodes() {
    UserPlaces here = RedisUserPlaces.open(pool(), 2, workers);
    UserPlaces there = RedisUserPlaces.open(pool(), 2, workers);
    Runnable first = here.take("alice").orElseThrow();
    assertThat(there.take("alice")).isPresent();
    assertThat(here.take("alice")).isEmpty();
    redis.move(RedisMap.slotOf(PLACE), redis.masterOf(PLACE), redis.anotherThan(PLACE));
    assertThat(there.take("alice")).isEmpty();
    first.run();
    await().until(() -> there.take("alice").isPresent());
  }
}
