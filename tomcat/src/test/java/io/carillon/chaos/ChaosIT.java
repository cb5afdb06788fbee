package io.carillon.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.MixedRun;
import io.carillon.check.Report;
import io.carillon.check.wire.Wire;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that was acknowledged is lost or doubled, and nobody is told wrongly that nothing was
 * missed, whatever dies: the nodes, their PostgreSQL, their Redis, the links between them.
 *
 * <p>{@code -Dcarillon.chaos.seconds} is how long the clients of a run work, {@code
 * -Dcarillon.chaos.runs} how often each fault is tried, {@code -Dcarillon.chaos.fault} which one
 * alone, {@code -Dcarillon.test.seed} the first run's seed. {@code bench/chaos} sets them.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class ChaosIT {
  private static final int NODES = Integer.getInteger("carillon.chaos.nodes", 2);
  private static final int SECONDS = Integer.getInteger("carillon.chaos.seconds", 12);
  private static final int RUNS = Integer.getInteger("carillon.chaos.runs", 1);
  private static final String CHOSEN = System.getProperty("carillon.chaos.fault", "");
  private static final int OPERATIONS_PER_SECOND = 200;
  private static final MixedRun.Size SIZE =
      new MixedRun.Size(20, 40, OPERATIONS_PER_SECOND * SECONDS, 40, OPERATIONS_PER_SECOND);

  @TempDir static Path folder;

  private static ChaosCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new ChaosCluster(folder, NODES);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** Each fault alone, and all of them, whatever happens at once. */
  static Stream<Named<Set<ChaosFault>>> faults() {
    Stream<Named<Set<ChaosFault>>> alone =
        Stream.of(ChaosFault.values()).map(fault -> Named.of(nameOf(fault), Set.of(fault)));
    Stream<Named<Set<ChaosFault>>> all = Stream.of(Named.of("all", Set.of(ChaosFault.values())));
    return Stream.concat(alone, all)
        .filter(faults -> CHOSEN.isEmpty() || CHOSEN.equals(faults.getName()));
  }

  private static String nameOf(ChaosFault fault) {
    return fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @ParameterizedTest
  @MethodSource("faults")
  void losesNothing(Set<ChaosFault> faults) {
    String name = faults.size() == 1 ? nameOf(faults.iterator().next()) : "all";
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    for (int i = 0; i < RUNS; i++) {
      run(faults, name, seed + i);
    }
  }

  private static void run(Set<ChaosFault> faults, String name, long seed) {
    try (Wire wire = new Wire("clients")) {
      Nemesis nemesis = new Nemesis(cluster, faults, seed);
      PresenceWatch presence = new PresenceWatch(wire, cluster, SIZE);
      Report report = cluster.run(wire, seed, SIZE).run(nemesis.andThen(presence::awaitAll));
      presence.awaitNobody();
      System.out.printf(
          Locale.ROOT, "chaos %s: faults=%d %s%n", name, nemesis.strikes().size(), report);
      assertThat(report.isClean())
          .as("%s%n%s", report, String.join("\n", nemesis.strikes()))
          .isTrue();
      assertThat(nemesis.strikes()).isNotEmpty();
      assertThat(report.messages()).isPositive();
    }
  }
}
