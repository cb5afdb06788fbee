package io.carillon.chaos;

import io.carillon.check.MixedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets faults happen in a run, drawn from its seed: one after the other to each victim, to several
 * victims at once.
 */
final class Nemesis implements MixedRun.Disturbance {
  private static final long MAX_END_MILLIS = 180_000; // a node may be starting

  private final ChaosCluster cluster;
  private final Map<ChaosFault.Victim, List<ChaosFault>> faults =
      new EnumMap<>(ChaosFault.Victim.class);
  private final SplittableRandom random;
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<String> strikes = new ConcurrentLinkedQueue<>();
  private volatile Exception failure;
  private long startNanos;

  Nemesis(ChaosCluster cluster, Set<ChaosFault> faults, long seed) {
    this.cluster = cluster;
    this.random = new SplittableRandom(seed);
    for (ChaosFault fault : new TreeSet<>(faults)) { // in one order, for the seed's sake
      this.faults.computeIfAbsent(fault.victim(), victim -> new ArrayList<>()).add(fault);
    }
  }

  @Override
  public void begin() {
    startNanos = System.nanoTime();
    faults.forEach(
        (victim, choice) -> {
          SplittableRandom own = random.split();
          Thread thread = new Thread(() -> strike(victim, choice, own), "nemesis of " + victim);
          thread.setDaemon(true);
          threads.add(thread);
        });
    threads.forEach(Thread::start);
  }

  private void strike(ChaosFault.Victim victim, List<ChaosFault> choice, SplittableRandom own) {
    try {
      while (!over.await(own.nextInt(victim.maxQuietMillis()), TimeUnit.MILLISECONDS)) {
        ChaosFault fault = choice.get(own.nextInt(choice.size()));
        long begin = System.nanoTime();
        fault.strike(cluster, own);
        strikes.add(
            "%6.2f s: %s for %.2f s"
                .formatted(
                    (begin - startNanos) / 1e9,
                    fault.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    (System.nanoTime() - begin) / 1e9));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  @Override
  public void end() {
    over.countDown();
    for (Thread thread : threads) {
      try {
        thread.join(MAX_END_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (thread.isAlive()) {
        throw new IllegalStateException(thread.getName() + " does not end");
      }
    }
    if (failure != null) {
      throw new IllegalStateException("a fault went wrong", failure);
    }
    cluster.awaitReady();
  }

  /** Itself, and then, while the clients are still there, something more. */
  MixedRun.Disturbance andThen(Runnable check) {
    return new MixedRun.Disturbance() {
      @Override
      public void begin() {
        Nemesis.this.begin();
      }

      @Override
      public void end() {
        Nemesis.this.end();
        check.run();
      }
    };
  }

  /** What has happened, and when, in the order in which it was mended. */
  List<String> strikes() {
    return List.copyOf(strikes);
  }
}
