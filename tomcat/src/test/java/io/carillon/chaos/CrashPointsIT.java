package io.carillon.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.MixedRun;
import io.carillon.check.NodeProcess;
import io.carillon.check.Report;
import io.carillon.check.wire.Wire;
import io.carillon.config.CrashPoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A node that dies at the worst moment takes nothing with it that was acknowledged, and leaves
 * nothing half done: its clients go to the other node, which knows all. Nor does it leave anybody
 * who seems to be present.
 *
 * <p>{@code -Dcarillon.crash.trials} is how often each place is tried.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class CrashPointsIT {
  private static final int TRIALS = Integer.getInteger("carillon.crash.trials", 1);

  /** The node has committed more often, and changed presence more often, before a run is over. */
  private static final int MAX_COMMITS = 50;

  private static final int MAX_PRESENCE_CHANGES = 6;
  private static final MixedRun.Size SIZE = new MixedRun.Size(10, 16, 800, 40);

  /** Shorter than in life, so that what the dead node left behind is over soon. */
  private static final Map<String, String> PRESENCE =
      Map.of(
          "CARILLON_PRESENCE_TTL",
          "12s",
          "CARILLON_PRESENCE_HEARTBEAT",
          "3s",
          "CARILLON_PRESENCE_GRACE",
          "2s");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void losesNothing(CrashPoint point) throws Exception {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    try (ChaosCluster cluster = new ChaosCluster(folder, 2, PRESENCE)) {
      for (int i = 0; i < TRIALS; i++) {
        trial(cluster, point, seed + i);
      }
    }
  }

  private static void trial(ChaosCluster cluster, CrashPoint point, long seed) {
    NodeProcess victim = cluster.nodes().get(0);
    boolean ofPresence = point == CrashPoint.BETWEEN_PRESENCE_STEPS;
    int passes =
        new SplittableRandom(seed).nextInt(1, ofPresence ? MAX_PRESENCE_CHANGES : MAX_COMMITS);
    victim.kill();
    victim.start("-Dcarillon.crash=" + point + ':' + passes);
    victim.awaitReady();
    try (Wire wire = new Wire("clients")) {
      PresenceWatch presence = new PresenceWatch(wire, cluster, SIZE);
      Report report =
          cluster.run(wire, seed, SIZE).run(new Crash(cluster, victim, presence::awaitAll));
      if (ofPresence) {
        presence.awaitNobody();
      }
      System.out.printf(
          Locale.ROOT,
          "crash %s at %d: %s%n",
          point.name().toLowerCase(Locale.ROOT),
          passes,
          report);
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(report.messages()).isPositive();
    }
  }

  /** The node dies by itself, and is started again, armed no more, when the clients are done. */
  private record Crash(ChaosCluster cluster, NodeProcess victim, Runnable check)
      implements MixedRun.Disturbance {
    @Override
    public void begin() {}

    @Override
    public void end() {
      assertThat(victim.awaitEnd(Duration.ofSeconds(1))).isEqualTo(CrashPoint.STATUS);
      victim.start();
      cluster.awaitReady();
      check.run();
    }
  }
}
