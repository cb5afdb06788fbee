package io.carillon.chaos;

import io.carillon.check.NodeProcess;
import io.carillon.check.wire.TcpProxy;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What goes wrong, and is mended again, while clients work. */
enum ChaosFault {
  NODE_KILLED(Victim.NODE) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) throws InterruptedException {
      NodeProcess node = any(cluster.nodes(), random);
      node.kill();
      pause(random, 100, 2_000);
      node.start();
      node.awaitReady();
    }
  },
  NODE_STANDS_STILL(Victim.NODE) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) throws InterruptedException {
      NodeProcess node = any(cluster.nodes(), random);
      node.pause();
      pause(random, 500, 8_000);
      node.resume();
    }
  },
  REDIS_KILLED(Victim.REDIS) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) throws InterruptedException {
      cluster.redis().kill(); // and what it held is gone
      pause(random, 50, 4_000);
      cluster.redis().start();
    }
  },
  REDIS_STANDS_STILL(Victim.REDIS) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) throws InterruptedException {
      cluster.redis().pause();
      pause(random, 100, 6_000);
      cluster.redis().resume();
    }
  },
  SUBSCRIBERS_CUT(Victim.REDIS) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) {
      cluster.redis().cutSubscribers();
    }
  },
  POSTGRES_STOPPED(Victim.POSTGRES) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random)
        throws InterruptedException, IOException {
      if (random.nextBoolean()) {
        cluster.postgres().stopImmediately();
      } else {
        cluster.postgres().kill();
      }
      pause(random, 50, 4_000);
      cluster.postgres().start();
    }
  },
  LINK_CUT(Victim.LINK) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) {
      any(cluster.links(), random).cut();
    }
  },
  LINK_STALLED(Victim.LINK) {
    @Override
    void strike(ChaosCluster cluster, SplittableRandom random) throws InterruptedException {
      TcpProxy link = any(cluster.links(), random);
      link.stall();
      pause(random, 200, 6_000);
      link.proceed();
    }
  };

  /** What a fault happens to; two faults never happen to the same at once. */
  enum Victim {
    NODE(2_500),
    REDIS(2_500),
    POSTGRES(8_000), // nothing is stored without it, and a run is to store something
    LINK(2_500);

    private final int maxQuietMillis;

    Victim(int maxQuietMillis) {
      this.maxQuietMillis = maxQuietMillis;
    }

    /** How long it is let alone between two faults. */
    int maxQuietMillis() {
      return maxQuietMillis;
    }
  }

  private final Victim victim;

  ChaosFault(Victim victim) {
    this.victim = victim;
  }

  Victim victim() {
    return victim;
  }

  /** Happens, and is over when this returns. */
  abstract void strike(ChaosCluster cluster, SplittableRandom random)
      throws InterruptedException, IOException;

  private static <T> T any(List<T> list, SplittableRandom random) {
    return list.get(random.nextInt(list.size()));
  }

  private static void pause(SplittableRandom random, int atLeastMillis, int atMostMillis)
      throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(atLeastMillis, atMostMillis + 1));
  }
}
