package io.carillon.persistence;

import java.sql.Connection;
import java.sql.SQLException;

/** The databases that the scripts and statements are written and tested for. */
enum DatabaseKind {
  H2,
  POSTGRESQL;

  /**
   * @throws SQLException also for a database of another make
   */
  static DatabaseKind of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    return switch (product) {
      case "H2" -> H2;
      case "PostgreSQL" -> POSTGRESQL;
      default -> throw new SQLException("Neither H2 nor PostgreSQL: " + product);
    };
  }
}
