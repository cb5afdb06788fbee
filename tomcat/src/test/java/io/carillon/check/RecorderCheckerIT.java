package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.wire.Wire;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is promised holds for many clients on mixed transports whose connections keep breaking. */
class RecorderCheckerIT {
  private static final int OPERATIONS = 12_000; // some edit or delete, most send
  private static final int MESSAGES = 10_000;

  @TempDir Path folder;

  @Test
  void holdsOnH2() {
    try (TestNode node = TestNode.onH2(folder, Map.of())) {
      check(node, OPERATIONS, MESSAGES);
    }
  }

  /** And on the carrier of WebSockets that other servers use. */
  @Test
  void holdsOnPostgres() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        TestNode node =
            TestNode.on(
                postgres.getJdbcUrl("postgres", "postgres"),
                "postgres",
                folder,
                Map.of("CARILLON_WEBSOCKET", "jakarta"))) {
      check(node, OPERATIONS / 2, MESSAGES / 2);
    }
  }

  private static void check(TestNode node, int operations, int expected) {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    try (Wire wire = new Wire("clients")) {
      MixedRun run =
          new MixedRun(
              wire,
              seed,
              new MixedRun.Size(20, 40, operations, 10),
              node.admin("demo"),
              number -> node.member("demo", "user" + number));
      Report report = run.run();
      System.out.println(report);
      assertThat(report.isClean()).as(report.toString()).isTrue();
      assertThat(report.messages()).isGreaterThanOrEqualTo(expected);
      assertThat(report.duplicates()).isGreaterThan(expected / 20);
      assertThat(report.resumes()).isGreaterThan(expected / 20);
      assertThat(report.resets()).as("resets of clients that were away for a moment").isZero();
    }
  }
}
