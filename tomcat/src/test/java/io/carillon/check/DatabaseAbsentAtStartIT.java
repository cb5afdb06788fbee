package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    try {
      return TestNode.on(
          postgres.url(),
          PostgresServer.user(),
          Files.createDirectory(folder.resolve("node")),
          Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
