package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.carillon.check.client.Caller;
import io.carillon.check.wire.Wire;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * All connections of a node end at once, as when a proxy before it is started anew: everybody is
 * back, with everything that was said meanwhile. On a quiet machine that takes less than half a
 * minute; the test prints how long, and allows for a busy one.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class ReconnectStormIT {
  private static final int CONNECTIONS = 10_000;
  private static final int CHANNELS = 100;
  private static final int WRITERS = 4;
  private static final Duration PAUSE = Duration.ofMillis(80); // so they write 50 messages a second

  /** Clients spread their return, as ours do. */
  private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(5);

  private static final Duration MAX_RETURN = Duration.ofMinutes(1);
  private static final Duration MAX_FIRST_ARRIVAL = Duration.ofMinutes(3);
  private static final int OTHER_FILES = 1_000;

  @TempDir Path folder;

  @Test
  void everybodyComesBackAndMissesNothing() throws Exception {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    int connections = (int) Math.min(CONNECTIONS, maxOpenFiles() - OTHER_FILES);
    try (PostgresServer postgres = new PostgresServer(folder);
        NodeProcess node =
            new NodeProcess(
                folder.resolve("node"),
                Map.of(
                    "CARILLON_DATABASE_URL",
                    postgres.url(),
                    "CARILLON_DATABASE_USER",
                    PostgresServer.user()));
        Wire wire = new Wire("clients")) {
      node.awaitReady();
      Scene scene =
          new Scene(wire, seed, caller(node.address(), "admin-of-demo", "ADMIN"), LONGEST_ABSENCE);
      for (int i = 0; i < CHANNELS; i++) {
        scene.makeChannel("storm " + i);
      }
      List<SocketReader> readers = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        readers.add(
            new SocketReader(
                scene.run(),
                "reader " + i,
                caller(node.address(), "user" + i, "MEMBER"),
                List.of(scene.channels().get(i % CHANNELS))));
      }
      long begin = System.nanoTime();
      readers.forEach(Reader::start);
      assertThat(
              Scene.await(
                  MAX_FIRST_ARRIVAL, () -> readers.stream().allMatch(ReconnectStormIT::isThere)))
          .as("everybody has come")
          .isTrue();
      double arrival = secondsSince(begin);
      System.out.printf(Locale.ROOT, "storm: %d have come in %.1f s%n", connections, arrival);

      long cut;
      double back;
      try (Traffic traffic =
          Traffic.start(
              scene,
              IntStream.range(0, WRITERS)
                  .mapToObj(i -> caller(node.address(), "writer" + i, "MEMBER"))
                  .toList(),
              scene.channels(),
              new Traffic.Kind(0, 10, PAUSE))) {
        Scene.await(Duration.ofSeconds(5), () -> scene.run().recorder().operations().size() > 50);
        cut = System.nanoTime();
        readers.forEach(Reader::cut);
        Scene.await(
            MAX_RETURN, () -> readers.stream().allMatch(reader -> reader.log().resumes() > 0));
        back = secondsSince(cut);
      }
      long missing = readers.stream().filter(reader -> reader.log().resumes() == 0).count();
      Map<String, Long> ends = new HashMap<>();
      scene.channels().forEach(channel -> ends.put(channel, scene.end(channel)));
      Scene.await(
          MAX_RETURN,
          () ->
              readers.stream()
                  .allMatch(
                      reader -> {
                        String channel = reader.channels().get(0);
                        return reader.log().position(scene.key(channel)) >= ends.get(channel);
                      }));
      Map<Integer, Integer> closes = new TreeMap<>();
      readers.forEach(
          reader -> reader.closeCodes().forEach(code -> closes.merge(code, 1, Integer::sum)));
      System.out.println("storm: ends and refusals by close code " + closes);
      readers.forEach(Reader::stop);
      Report report = scene.finish();
      System.out.printf(
          Locale.ROOT,
          "storm: %d connections came in %.1f s and were back %.1f s after the cut: %s%n",
          connections,
          arrival,
          back,
          report);
      assertThat(missing).as("connections that did not come back in %s", MAX_RETURN).isZero();
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(report.resets()).isZero();
    }
  }

  private static boolean isThere(SocketReader reader) {
    return !reader.log().entries().isEmpty();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static Caller caller(InetSocketAddress node, String user, String role) {
    return TestNode.caller(node, "demo", user, role);
  }

  /** Of this process and of the node's, which inherits the limit. */
  private static long maxOpenFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : CONNECTIONS;
  }
}
