package io.carillon.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to the schema of this version. It runs before the persistence unit starts; two
 * nodes that start at once wait for each other on Flyway's lock.
 */
public final class SchemaMigration {
  /** Where the scripts for every database are, on the class path. */
  private static final String COMMON = "classpath:db/migration";

  /** Beside it, not inside: Flyway looks into folders of a location too. */
  private static final String POSTGRESQL = "classpath:db/postgresql";

  private SchemaMigration() {}

  /**
   * Runs what has not run yet. A database that is newer than this program is refused.
   *
   * @param dataSource of H2 or PostgreSQL, outside of a transaction
   * @return how many scripts ran, 0 when the schema was up to date
   * @throws FlywayException if a script fails, if the database has scripts that are not known here,
   *     or cannot be reached
   */
  public static int run(DataSource dataSource) {
    return Flyway.configure(SchemaMigration.class.getClassLoader())
        .dataSource(dataSource)
        .locations(locations(dataSource))
        .failOnMissingLocations(true)
        .ignoreMigrationPatterns(
            new String[0]) // not even newer ones: old code must not write to a new schema
        .cleanDisabled(true)
        .load()
        .migrate()
        .migrationsExecuted;
  }

  private static String[] locations(DataSource dataSource) {
    try (Connection connection = dataSource.getConnection()) {
      return switch (DatabaseKind.of(connection)) {
        case H2 -> new String[] {COMMON};
        case POSTGRESQL -> new String[] {COMMON, POSTGRESQL};
      };
    } catch (SQLException e) {
      throw new FlywayException("The database could not be asked for its make", e);
    }
  }
}
