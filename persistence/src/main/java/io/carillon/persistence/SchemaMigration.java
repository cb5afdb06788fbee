package io.carillon.persistence;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Brings a database to the schema of this version. It runs before the persistence unit starts.
 *
 * <p>Nodes that start at once on one PostgreSQL wait for each other on Flyway's lock, which the
 * database gives back when a node dies with it. On H2 that lock is no help to the first start,
 * since it locks the rows of a history that has none yet. An H2 database belongs to one process, so
 * its nodes wait for each other here.
 *
 * <p>A database that is newer than this program is used as it is, so that two versions can run side
 * by side, unless a script has taken away what this program needs and said so in {@code
 * schema_floor}. The rules for scripts are in {@code docs/rolling-update.md}.
 */
public final class SchemaMigration {
  /** Where the scripts for every database are, on the class path. */
  private static final String COMMON = "classpath:db/migration";

  /** Beside it, not inside: Flyway looks into folders of a location too. */
  private static final String POSTGRESQL = "classpath:db/postgresql";

  /** Tries of a second each: another node's scripts may take long on a large database. */
  private static final int MAX_LOCK_TRIES = 600;

  private static final ReentrantLock H2_LOCK = new ReentrantLock();

  private SchemaMigration() {}

  /**
   * Runs what has not run yet. Waits ten minutes at most for another node that does so.
   *
   * @param dataSource of H2 or PostgreSQL, outside of a transaction
   * @return how many scripts ran, 0 when the schema was up to date
   * @throws FlywayException if a script fails, if the database no longer has what this program
   *     needs, or cannot be reached
   */
  public static int run(DataSource dataSource) {
    Flyway flyway = configuration(dataSource).load();
    int scripts = migrate(flyway);
    int newest = newestKnown(flyway);
    int oldest = oldestAllowed(dataSource);
    if (newest < oldest) {
      throw new FlywayException(
          "The database is for newer versions: it needs script "
              + oldest
              + ", and this version knows scripts up to "
              + newest);
    }
    return scripts;
  }

  /** Runs what has not run yet; fails like {@link #run}, but asks nothing of a newer database. */
  static int migrate(Flyway flyway) {
    DataSource dataSource = flyway.getConfiguration().getDataSource();
    return switch (kindOf(dataSource)) {
      case H2 -> migrateAlone(flyway);
      case POSTGRESQL -> flyway.migrate().migrationsExecuted;
    };
  }

  private static int migrateAlone(Flyway flyway) {
    boolean alone = false;
    try {
      alone = H2_LOCK.tryLock(MAX_LOCK_TRIES, TimeUnit.SECONDS);
      if (!alone) {
        throw new FlywayException("Another node of this process has been migrating for too long");
      }
      return flyway.migrate().migrationsExecuted;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlywayException("Interrupted before the migration", e);
    } finally {
      if (alone) {
        H2_LOCK.unlock();
      }
    }
  }

  static FluentConfiguration configuration(DataSource dataSource) {
    return Flyway.configure(SchemaMigration.class.getClassLoader())
        .dataSource(dataSource)
        .locations(locations(dataSource))
        .failOnMissingLocations(true)
        .ignoreMigrationPatterns("*:future")
        .lockRetryCount(MAX_LOCK_TRIES)
        .cleanDisabled(true);
  }

  private static int newestKnown(Flyway flyway) {
    return Arrays.stream(flyway.info().all())
        .filter(script -> script.getState().isResolved())
        .map(MigrationInfo::getVersion)
        .map(version -> version.getMajor())
        .max(BigInteger::compareTo)
        .orElseThrow()
        .intValueExact();
  }

  private static int oldestAllowed(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select oldest_script from schema_floor")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new FlywayException("The database could not be asked which versions it is for", e);
    }
  }

  private static String[] locations(DataSource dataSource) {
    return switch (kindOf(dataSource)) {
      case H2 -> new String[] {COMMON};
      case POSTGRESQL -> new String[] {COMMON, POSTGRESQL};
    };
  }

  private static DatabaseKind kindOf(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection()) {
      return DatabaseKind.of(connection);
    } catch (SQLException e) {
      throw new FlywayException("The database could not be asked for its make", e);
    }
  }
}
