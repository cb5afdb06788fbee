package io.carillon.persistence;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to the schema of this version. It runs before the persistence unit starts; two
 * nodes that start at once wait for each other on Flyway's lock.
 */
public final class SchemaMigration {
  /** Where the scripts are, on the class path. */
  public static final String LOCATION = "classpath:db/migration";

  private SchemaMigration() {}

  /**
   * Runs what has not run yet. A database that is newer than this program is refused.
   *
   * @param dataSource of H2 or PostgreSQL, outside of a transaction
   * @return how many scripts ran, 0 when the schema was up to date
   * @throws FlywayException if a script fails, or the database has scripts that are not known here
   */
  public static int run(DataSource dataSource) {
    return Flyway.configure(SchemaMigration.class.getClassLoader())
        .dataSource(dataSource)
        .locations(LOCATION)
        .failOnMissingLocations(true)
        .ignoreMigrationPatterns(
            new String[0]) // not even newer ones: old code must not write to a new schema
        .cleanDisabled(true)
        .load()
        .migrate()
        .migrationsExecuted;
  }
}
