package io.carillon.persistence;

import jakarta.persistence.EntityManager;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;
import org.hibernate.Session;
import org.hibernate.jdbc.ReturningWork;

/** Plain JDBC inside the transaction of an entity manager, for what JPA has no words for. */
final class Jdbc {
  private static final String UNIQUE_VIOLATION = "23505";

  private Jdbc() {}

  /**
   * Runs the work on the transaction's own connection, after the persistence context's pending
   * changes: the statements see them.
   */
  static <T> T inTransactionOf(EntityManager entities, ReturningWork<T> work) {
    entities.flush();
    return entities.unwrap(Session.class).doReturningWork(work);
  }

  /** Sets a statement's parameters. */
  interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  /**
   * Inserts a row unless its key is taken, also when another transaction takes it at this moment. A
   * failed insert would end PostgreSQL's transaction, so there the statement itself steps aside; H2
   * takes back the one statement and goes on.
   *
   * @return whether the row is new
   */
  static boolean insertIfAbsent(Connection connection, String insert, Parameters parameters)
      throws SQLException {
    return switch (DatabaseKind.of(connection)) {
      case POSTGRESQL -> update(connection, insert + " on conflict do nothing", parameters) > 0;
      case H2 -> insertOrCatch(connection, insert, parameters);
    };
  }

  private static boolean insertOrCatch(Connection connection, String insert, Parameters parameters)
      throws SQLException {
    try {
      return update(connection, insert, parameters) > 0;
    } catch (SQLException e) {
      if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /**
   * @return how many rows were changed
   */
  static int update(Connection connection, String sql, Parameters parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      parameters.set(statement);
      return statement.executeUpdate();
    }
  }

  static Array numbers(Connection connection, Collection<Long> values) throws SQLException {
    return connection.createArrayOf("bigint", values.toArray());
  }

  static Array texts(Connection connection, Collection<String> values) throws SQLException {
    return connection.createArrayOf("varchar", values.toArray());
  }

  static Array uuids(Connection connection, Collection<UUID> values) throws SQLException {
    return connection.createArrayOf("uuid", values.toArray());
  }
}
