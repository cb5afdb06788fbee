package io.carillon.persistence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a database keeps what it has committed. What it does not keep is acknowledged all the
 * same, and then its numbers are given to other messages: no client could tell.
 */
public final class Durability {
  private static final String OFF = "off";

  private Durability() {}

  /**
   * Looks at the settings of a PostgreSQL, as they are for this connection's user and database. H2
   * has no such settings.
   *
   * @param allowUnsafe whether only that matters what makes work impossible
   * @throws IllegalStateException with what must be changed, for the operator
   */
  public static void check(Connection connection, boolean allowUnsafe) throws SQLException {
    if (DatabaseKind.of(connection) == DatabaseKind.H2) {
      return;
    }
    if (!tell(connection, "select pg_is_in_recovery()").equals("f")) {
      throw new IllegalStateException(
          "the PostgreSQL at CARILLON_DATABASE_URL is a standby, which takes no writes: name the"
              + " primary, or several hosts with targetServerType=primary");
    }
    if (allowUnsafe) {
      return;
    }
    List<String> unsafe = new ArrayList<>();
    for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
      if (tell(connection, "show " + setting).equals(OFF)) {
        unsafe.add(setting);
      }
    }
    if (!unsafe.isEmpty()) {
      throw new IllegalStateException(
          "PostgreSQL can lose what it has committed, since this is off: "
              + String.join(", ", unsafe)
              + "; turn it on, or set CARILLON_DATABASE_ALLOW_UNSAFE=true if that does not matter");
    }
  }

  private static String tell(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      answer.next();
      return answer.getString(1);
    }
  }
}
