package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.wire.Wire;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node goes on while a newer version extends the schema under it, and starts on what that has
 * left: see {@code docs/rolling-update.md}.
 */
class NewerSchemaIT {
  private static final MixedRun.Size SIZE = new MixedRun.Size(5, 12, 1_000, 20);

  @TempDir Path folder;

  @Test
  void worksOnTablesWithColumnsThatItDoesNotKnow() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        Wire wire = new Wire("clients");
        TestNode running = node(postgres, "running")) {
      run(wire, running, running); // with statements that are prepared and planned by now
      extend(postgres);
      try (TestNode startedAnew = node(postgres, "started-anew")) {
        run(wire, running, startedAnew);
      }
    }
  }

  private TestNode node(EmbeddedPostgres postgres, String name) throws Exception {
    return TestNode.on(
        postgres.getJdbcUrl("postgres", "postgres"),
        "postgres",
        Files.createDirectory(folder.resolve(name)),
        Map.of("CARILLON_HUB_SWEEP_INTERVAL", "100ms")); // there is no other bus between them
  }

  private static void run(Wire wire, TestNode one, TestNode two) {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    MixedRun run =
        new MixedRun(
            wire,
            seed,
            SIZE,
            one.admin("demo"),
            number -> (number % 2 == 0 ? one : two).member("demo", "user" + number));
    Report report = run.run();
    System.out.println(report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.messages()).isGreaterThan(700);
  }

  /** What the scripts of a newer version may do. */
  private static void extend(EmbeddedPostgres postgres) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              "select tablename from pg_tables where schemaname = 'public'"
                  + " and tablename <> 'flyway_schema_history'")) {
        while (row.next()) {
          tables.add(row.getString(1));
        }
      }
      assertThat(tables).contains("message", "channel", "membership", "node_sighting");
      for (String table : tables) {
        statement.execute(
            "alter table "
                + table
                + " add column of_newer_version varchar(9) default 'x' not null");
      }
      statement.execute("create table of_newer_version (id bigint)");
      statement.execute(
          "insert into flyway_schema_history (installed_rank, version, description, type, script,"
              + " checksum, installed_by, execution_time, success) values (9000, '9000', 'newer',"
              + " 'SQL', 'V9000__newer.sql', 1, 'test', 1, true)");
    }
  }
}
