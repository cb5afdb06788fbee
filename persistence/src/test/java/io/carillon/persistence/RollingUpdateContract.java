package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes of two versions on one database, as {@code docs/rolling-update.md} promises. */
abstract class RollingUpdateContract {
  private TestDatabase database;
  private String schema; // a fresh one for each test

  @BeforeEach
  void open(TestDatabase shared) throws SQLException {
    database = shared;
    String name = "update_" + UUID.randomUUID().toString().substring(0, 8);
    try (Connection connection = database.dataSource().getConnection()) {
      schema =
          connection.getMetaData().storesUpperCaseIdentifiers()
              ? name.toUpperCase(Locale.ROOT)
              : name;
    }
  }

  private Flyway upTo(MigrationVersion version) {
    return SchemaMigration.configuration(database.dataSource())
        .schemas(schema)
        .target(version)
        .load();
  }

  private SchemaSnapshot snapshot() throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      return SchemaSnapshot.of(connection, schema);
    }
  }

  private interface Work<T> {
    T on(Statement statement) throws SQLException;
  }

  private <T> T inSchema(Work<T> work) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      String before = connection.getSchema();
      connection.setSchema(schema);
      try {
        return work.on(statement);
      } finally {
        connection.setSchema(before);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    inSchema(statement -> statement.execute(sql));
  }

  private int floor() throws SQLException {
    return inSchema(
        statement -> {
          try (ResultSet row = statement.executeQuery("select oldest_script from schema_floor")) {
            row.next();
            return row.getInt(1);
          }
        });
  }

  @Test
  void noScriptTakesAwayWhatOlderVersionsNeedWithoutSayingSo() throws SQLException {
    List<MigrationVersion> versions =
        Arrays.stream(upTo(MigrationVersion.LATEST).info().all())
            .map(MigrationInfo::getVersion)
            .toList();
    assertThat(versions).hasSizeGreaterThan(3);
    SchemaSnapshot before = null;
    int floorBefore = 0;
    for (MigrationVersion version : versions) {
      upTo(version).migrate();
      SchemaSnapshot after = snapshot();
      int floor = version.isAtLeast("4") ? floor() : 0;
      if (before != null && floor == floorBefore) {
        assertThat(before.brokenBy(after)).as("script " + version).isEmpty();
      }
      assertThat(floor).isBetween(floorBefore, version.getMajor().intValueExact());
      before = after;
      floorBefore = floor;
    }
    assertThat(before.columns()).containsKeys("message.payload", "node_sighting.node_name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drop table slow_mode",
        "alter table slow_mode rename to slower_mode",
        "alter table membership drop column muted_until",
        "alter table membership rename column muted_until to quiet_until",
        "alter table node_sighting alter column node_name drop default",
        "alter table app_user alter column password_hash set not null",
        "alter table app_user alter column avatar_url drop not null",
        "alter table audit add column cause varchar(10) not null",
        "alter table channel alter column topic set data type varchar(999)",
        "alter table membership alter column muted_until set data type varchar(20)",
        "create unique index one_label on api_key (organization_id, label)",
        "alter table read_mark add constraint read_mark_channel_fk foreign key (channel_id)"
            + " references channel (id)"
      })
  void seesWhatBreaksOlderVersions(String change) throws SQLException {
    upTo(MigrationVersion.LATEST).migrate();
    SchemaSnapshot before = snapshot();
    execute(change);
    assertThat(before.brokenBy(snapshot())).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table extra (id bigint not null)",
        "alter table message add column extra varchar(10)",
        "alter table message add column extra varchar(10) default 'x' not null",
        "create index extra on membership (joined_at)",
        "alter table channel alter column topic set data type varchar(2000)"
      })
  void letsTheSchemaGrow(String change) throws SQLException {
    upTo(MigrationVersion.LATEST).migrate();
    SchemaSnapshot before = snapshot();
    execute(change);
    assertThat(before.brokenBy(snapshot())).isEmpty();
  }

  @Test
  void runsOnADatabaseThatANewerVersionHasExtended() throws SQLException {
    asIfANewerVersionHadRun(0);
    try {
      assertThat(SchemaMigration.run(database.dataSource())).isZero();
    } finally {
      asBefore();
    }
  }

  @Test
  void refusesADatabaseThatNoLongerHasWhatItNeeds() throws SQLException {
    asIfANewerVersionHadRun(9_000);
    try {
      assertThatThrownBy(() -> SchemaMigration.run(database.dataSource()))
          .isInstanceOf(FlywayException.class)
          .hasMessageContaining("needs script 9000");
    } finally {
      asBefore();
    }
  }

  private void asIfANewerVersionHadRun(int floor) throws SQLException {
    database.execute(
        """
        insert into "flyway_schema_history" ("installed_rank", "version", "description", "type", "script", "checksum",
            "installed_by", "execution_time", "success")
        values (9000, '9000', 'newer', 'SQL', 'V9000__newer.sql', 1, 'test', 1, true)
        """);
    database.execute("update schema_floor set oldest_script = " + floor);
  }

  private void asBefore() throws SQLException {
    database.execute("delete from \"flyway_schema_history\" where \"version\" = '9000'");
    database.execute("update schema_floor set oldest_script = 0");
  }

  @Test
  void isMigratedOnceByNodesThatStartTogether() throws Exception {
    int nodes = 4;
    Callable<Integer> start = () -> SchemaMigration.migrate(upTo(MigrationVersion.LATEST));
    List<Integer> scripts = Race.atOnce(Collections.nCopies(nodes, start));
    // Each script once, whoever ran it.
    long all =
        Arrays.stream(upTo(MigrationVersion.LATEST).info().all())
            .filter(script -> script.getState() == MigrationState.SUCCESS)
            .filter(script -> script.getVersion() != null)
            .count();
    assertThat(scripts.stream().mapToInt(Integer::intValue).sum()).isEqualTo((int) all);
    assertThat(all).isGreaterThan(3);
    assertThat(snapshot().columns()).containsKey("message.payload");
  }

  /** Keeps whoever is about to run the first script there until another is, or for a while. */
  private static final class Crossing extends BaseCallback {
    private final CountDownLatch two = new CountDownLatch(2);

    @Override
    public boolean supports(Event event, Context context) {
      return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
      if (context.getMigrationInfo().getVersion().equals(MigrationVersion.fromVersion("1"))) {
        two.countDown();
        try {
          two.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @Test
  void isMigratedByOneNodeAtATime() throws Exception {
    Crossing crossing = new Crossing();
    Callable<Integer> start =
        () ->
            SchemaMigration.migrate(
                SchemaMigration.configuration(database.dataSource())
                    .schemas(schema)
                    .callbacks(crossing)
                    .load());
    List<Integer> scripts = Race.atOnce(Collections.nCopies(2, start));
    assertThat(scripts).containsOnlyOnce(0);
    assertThat(crossing.two.getCount()).isEqualTo(1);
  }
}
