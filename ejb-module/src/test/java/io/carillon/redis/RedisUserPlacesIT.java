package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.node.ThreadWorkers;
import io.carillon.security.ConnectionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Two nodes that count the connections of their users together, on a real Redis. */
class RedisUserPlacesIT {
  private static final int LIMIT = 6;
  private static final Duration LIFETIME = Duration.ofMillis(1_500);
  private static final String KEY = "test:connections:demo/USER/alice";

  @TempDir Path folder;

  private RedisServer redis;
  private Node one;
  private Node two;

  private final class Node {
    final ThreadWorkers workers = new ThreadWorkers();
    final RedisPool pool =
        RedisPool.open(
            redis.servers(workers),
            new RedisKeys("test:", "limits"),
            "test",
            8,
            Duration.ofMillis(500),
            workers);
    final RedisUserPlaces places = RedisUserPlaces.open(pool, LIMIT, workers, LIFETIME);
    final ConnectionLimits limits = new ConnectionLimits(1_000, LIMIT, 1_000, places);

    Optional<ConnectionLimits.Permit> connect(String user) {
      try {
        return Optional.of(limits.acquire(Users.member(user), "192.0.2.1"));
      } catch (RealtimeException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        return Optional.empty();
      }
    }

    boolean hasRoom() {
      Optional<ConnectionLimits.Permit> permit = connect("alice");
      permit.ifPresent(ConnectionLimits.Permit::close);
      return permit.isPresent();
    }

    void die() {
      workers.close();
      pool.close();
    }
  }

  @BeforeEach
  void start() {
    redis = new RedisServer(folder);
    one = new Node();
    two = new Node();
  }

  @AfterEach
  void stop() {
    Stream.of(one, two).forEach(Node::die);
    redis.close();
  }

  /** As many as are allowed, by turns. */
  private List<ConnectionLimits.Permit> fill() {
    List<ConnectionLimits.Permit> permits = new ArrayList<>();
    for (int i = 0; i < LIMIT; i++) {
      permits.add((i % 2 == 0 ? one : two).connect("alice").orElseThrow());
    }
    return permits;
  }

  private long counted() {
    try (Jedis jedis = redis.client()) {
      return jedis.zcard(KEY);
    }
  }

  @Test
  void countsTheConnectionsOfAUserOverAllNodes() {
    List<ConnectionLimits.Permit> permits = fill();
    assertThat(one.connect("alice")).isEmpty();
    assertThat(two.connect("alice")).isEmpty();
    assertThat(two.connect("bob")).isPresent();
    permits.get(0).close();
    permits.get(0).close();
    await().until(() -> counted() == LIMIT - 1);
    assertThat(two.connect("alice")).isPresent();
    assertThat(one.connect("alice")).isEmpty();
    assertThat(one.limits.open()).isEqualTo(LIMIT / 2 - 1); // what was refused is not counted
  }

  @Test
  void isExactHoweverManyConnectAtOnce() {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 10; round++) {
        Queue<ConnectionLimits.Permit> permits = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 4 * LIMIT; i++) {
          Node node = i % 2 == 0 ? one : two;
          all.add(
              CompletableFuture.runAsync(
                  () -> node.connect("alice").ifPresent(permits::add), pool));
        }
        all.forEach(CompletableFuture::join);
        assertThat(permits).hasSize(LIMIT);
        permits.forEach(ConnectionLimits.Permit::close);
        await().until(() -> counted() == 0);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void keepsOpenConnectionsCountedAndForgetsThoseOfADeadNode() {
    fill();
    long began = System.nanoTime();
    await()
        .during(LIFETIME.multipliedBy(2))
        .atMost(Duration.ofSeconds(20))
        .until(() -> counted() == LIMIT);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(LIFETIME);
    two.die();
    await().atMost(Duration.ofSeconds(20)).until(one::hasRoom);
    assertThat(counted()).isBetween(LIMIT / 2L, LIMIT / 2L + 1);
  }

  @Test
  void leavesRoomForWhoeverGoesToAnotherNodeWhenOneStops() {
    fill();
    two.places.close();
    assertThat(counted()).isEqualTo(LIMIT / 2);
  }

  @Test
  void countsOnEachNodeWhileRedisIsAwayAndTogetherAgainOnceItIsBack() {
    fill();
    redis.kill();
    for (int i = 0; i < LIMIT / 2; i++) {
      assertThat(one.connect("alice")).isPresent();
    }
    assertThat(one.connect("alice")).isEmpty();
    redis.start();
    await().atMost(Duration.ofSeconds(20)).until(() -> counted() == LIMIT + LIMIT / 2);
    assertThat(two.connect("alice")).isEmpty();
  }

  @Test
  void holdsNobodyUpLongWhileRedisStandsStill() {
    one.hasRoom();
    redis.pause();
    try {
      long began = System.nanoTime();
      for (int i = 0; i < LIMIT; i++) {
        assertThat(one.connect("alice")).isPresent();
      }
      // Half a second for the first, and again for a connection that was made just before.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    } finally {
      redis.resume();
    }
  }
}
