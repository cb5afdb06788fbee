package io.carillon.tomcat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Commits to a database of H2's, one row after the other, until it is killed. Its first line says
 * how many there were, each line after that how many there are, once that is committed.
 */
public final class CommittingProcess {
  private static final String CONTENT = "x".repeat(200);

  /**
   * Places in the file are used anew after this time, 45 s by default: a test cannot wait so long.
   */
  private static final String RETENTION_MILLIS = "1000";

  private CommittingProcess() {}

  /**
   * Starts it.
   *
   * @param arguments the database's file; then what each connection is set to, {@code NAME=value}
   */
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.put("RETENTION_TIME", RETENTION_MILLIS);
    for (int i = 1; i < arguments.length; i++) {
      String[] setting = arguments[i].split("=", 2);
      properties.put(setting[0], setting[1]);
    }
    try (Connection connection =
            DriverManager.getConnection("jdbc:h2:file:" + arguments[0], properties);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists entry (id bigint primary key, content varchar(200))");
      statement.execute("create table if not exists counter (id int primary key, last bigint)");
      statement.execute("merge into counter values (1, 0)");
      connection.setAutoCommit(false);
      commitForEver(connection, last(statement));
    }
  }

  private static long last(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("select coalesce(max(id), 0) from entry")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void commitForEver(Connection connection, long found) throws Exception {
    long last = found;
    try (PreparedStatement insert = connection.prepareStatement("insert into entry values (?, ?)");
        PreparedStatement update = connection.prepareStatement("update counter set last = ?")) {
      while (true) {
        System.out.println(last);
        last++;
        insert.setLong(1, last);
        insert.setString(2, CONTENT);
        insert.executeUpdate();
        update.setLong(1, last);
        update.executeUpdate();
        connection.commit();
      }
    }
  }
}
