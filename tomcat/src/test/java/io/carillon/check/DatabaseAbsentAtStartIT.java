package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that comes up before its database, as after a power cut, waits for it. */
class DatabaseAbsentAtStartIT {
  private static final int MAX_WAIT_MILLIS = 30_000;

  @TempDir Path folder;

  @Test
  void startsWhenTheDatabaseIsThere() throws Exception {
    try (PostgresServer postgres = new PostgresServer(folder)) {
      postgres.stopImmediately();
      CompletableFuture<TestNode> start = CompletableFuture.supplyAsync(() -> node(postgres));
      try {
        turnAway(postgres, 2);
        assertThat(start).isNotDone();
      } finally {
        postgres.start();
        start.get(60, TimeUnit.SECONDS).close();
      }
    }
  }

  /**
   * A database may go away again while a node starts: whatever asks it, and however that fails, the
   * start goes on when it is back.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void startsThoughTheDatabaseIsAwayForOneStep(int connection) throws Exception {
    try (Wire wire = new Wire("link");
        PostgresServer postgres = new PostgresServer(folder);
        TcpProxy link = new TcpProxy(wire, postgres.address())) {
      link.turnAway(connection, connection + 1); // the driver may try twice
      node(PostgresServer.url(link.address())).close();
    }
  }

  /** Several nodes that start on an empty database make the same rows, and one is slow. */
  @Test
  void startsWhileAnotherNodeHoldsWhatBothNeed() throws Exception {
    try (PostgresServer postgres = new PostgresServer(folder)) {
      node(postgres).close();
      try (Connection other =
              DriverManager.getConnection(postgres.url(), PostgresServer.user(), "");
          Statement statement = other.createStatement()) {
        statement.execute("truncate organization cascade");
        other.setAutoCommit(false);
        statement.execute(
            "insert into organization (id, title, created_at) values ('demo', 'demo', 0)");
        CompletableFuture<TestNode> start = CompletableFuture.supplyAsync(() -> node(postgres));
        try {
          awaitWaits(postgres, 2);
        } finally {
          other.rollback();
          start.get(60, TimeUnit.SECONDS).close();
        }
      }
    }
  }

  /** Until as many transactions, one after the other, have waited for another one's lock. */
  private static void awaitWaits(PostgresServer postgres, int transactions) throws SQLException {
    Set<String> waited = new HashSet<>();
    try (Connection watcher =
            DriverManager.getConnection(postgres.url(), PostgresServer.user(), "");
        PreparedStatement waiting =
            watcher.prepareStatement(
                "select xact_start::text from pg_stat_activity where wait_event_type = 'Lock'")) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                try (ResultSet rows = waiting.executeQuery()) {
                  while (rows.next()) {
                    waited.add(rows.getString(1));
                  }
                }
                return waited.size() >= transactions;
              });
    }
  }

  /** Stands in the database's place for some attempts to reach it. */
  private static void turnAway(PostgresServer postgres, int attempts) throws IOException {
    try (ServerSocket place =
        new ServerSocket(postgres.address().getPort(), 50, InetAddress.getLoopbackAddress())) {
      place.setSoTimeout(MAX_WAIT_MILLIS);
      for (int i = 0; i < attempts; i++) {
        place.accept().close();
      }
    }
  }

  private TestNode node(PostgresServer postgres) {
    return node(postgres.url());
  }

  private TestNode node(String url) {
    try {
      return TestNode.on(
          url, PostgresServer.user(), Files.createDirectories(folder.resolve("node")), Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
