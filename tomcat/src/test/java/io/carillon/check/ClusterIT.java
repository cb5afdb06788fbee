package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisCluster;
import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is promised holds for the clients of two nodes on one PostgreSQL and one Redis or Redis
 * Cluster, whatever becomes of that.
 */
class ClusterIT {
  private static final MixedRun.Size SIZE = new MixedRun.Size(20, 40, 6_000, 20);
  private static final int MESSAGES = 5_000;
  private static final MixedRun.Size SHARDED_SIZE = new MixedRun.Size(20, 40, 3_000, 20);
  private static final int SHARDED_MESSAGES = 2_000;
  private static final int SHARDED_RECEIVED = 100; // by each node over the bus, at least

  @TempDir Path folder;

  private EmbeddedPostgres postgres;
  private RedisServer redis;

  @BeforeEach
  void start() throws Exception {
    redis = new RedisServer(folder);
    postgres = EmbeddedPostgres.builder().start();
  }

  @AfterEach
  void stop() throws Exception {
    if (postgres != null) {
      postgres.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  private TestNode node(String name, String redisUrl) throws Exception {
    return TestNode.on(
        postgres.getJdbcUrl("postgres", "postgres"),
        "postgres",
        Files.createDirectory(folder.resolve(name)),
        Map.of("CARILLON_REDIS_URL", redisUrl));
  }

  /** Something that happens to the Redis, over and over. */
  private interface Fault {
    void strike(SplittableRandom random) throws InterruptedException;
  }

  @Test
  void holdsWithRedis() throws Exception {
    Report report = run(random -> TimeUnit.MILLISECONDS.sleep(100));
    assertThat(report.resets()).isZero();
  }

  @Test
  void holdsWhileRedisIsKilledAndComesBackEmpty() throws Exception {
    run(
        random -> {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(200, 1_500));
          redis.kill();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(50, 1_500));
          redis.start();
        });
  }

  @Test
  void holdsWhileRedisCutsWhoeverListens() throws Exception {
    run(
        random -> {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(20, 400));
          redis.cutSubscribers();
        });
  }

  @Test
  void holdsWhileRedisStandsStill() throws Exception {
    run(
        random -> {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(500, 1_500));
          redis.pause();
          TimeUnit.MILLISECONDS.sleep(random.nextInt(100, 6_000));
          redis.resume();
        });
  }

  @Test
  void holdsWhileMastersOfARedisClusterAreKilledAndComeBackEmpty() throws Exception {
    try (RedisCluster sharded = new RedisCluster(folder.resolve("sharded"))) {
      run(
          sharded.url(),
          SHARDED_SIZE,
          SHARDED_MESSAGES,
          SHARDED_RECEIVED,
          random -> {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(200, 1_500));
            RedisServer master = sharded.master(random.nextInt(RedisCluster.MASTERS));
            master.kill();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(50, 3_000));
            master.start();
          });
    }
  }

  private Report run(Fault fault) throws Exception {
    return run(redis.url(), SIZE, MESSAGES, 0, fault);
  }

  private Report run(String redisUrl, MixedRun.Size size, int messages, int received, Fault fault)
      throws Exception {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    try (Wire wire = new Wire("clients");
        TestNode one = node("one", redisUrl);
        TestNode two = node("two", redisUrl)) {
      List<TestNode> nodes = List.of(one, two);
      MixedRun run =
          new MixedRun(
              wire,
              seed,
              size,
              one.admin("demo"),
              number -> nodes.get(number % 2).member("demo", "user" + number));
      CountDownLatch over = new CountDownLatch(1);
      Thread faults = new Thread(() -> strike(fault, new SplittableRandom(seed), over));
      faults.start();
      Report report;
      try {
        report = run.run();
      } finally {
        over.countDown();
        faults.join(Duration.ofSeconds(30).toMillis());
      }
      System.out.println(report);
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(report.messages()).isGreaterThanOrEqualTo(messages);
      for (TestNode node : nodes) {
        assertThat(node.metrics(wire).get("carillon_bus_received_total"))
            .isGreaterThanOrEqualTo(received);
      }
      return report;
    }
  }

  private static void strike(Fault fault, SplittableRandom random, CountDownLatch over) {
    try {
      while (over.getCount() > 0) {
        fault.strike(random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
