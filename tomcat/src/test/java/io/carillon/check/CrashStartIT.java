package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.Wire;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that are killed leave nothing that somebody would have to tidy up, and nodes that start at
 * the same time do not get into each other's way.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "true")
class CrashStartIT {
  private static final int TRIALS = Integer.getInteger("carillon.crash.trials", 3);
  private static final Duration MAX_WAIT = Duration.ofMinutes(2);
  private static final int SIGTERM = 128 + 15;

  @TempDir Path folder;
  private final long seed =
      Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
  private final SplittableRandom random = new SplittableRandom(seed);
  private Wire wire;

  @BeforeEach
  void open() {
    System.out.println("-Dcarillon.test.seed=" + seed);
    wire = new Wire("clients");
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private NodeProcess node(String name, String databaseUrl, String... more) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("CARILLON_DATABASE_URL", databaseUrl);
    if (!databaseUrl.startsWith("jdbc:h2:")) {
      settings.put("CARILLON_DATABASE_USER", "postgres");
      settings.put("CARILLON_DATABASE_ALLOW_UNSAFE", "true"); // it is not the one that is killed
    }
    settings.put("CARILLON_DEMO", "true");
    settings.put("CARILLON_NODE_HEARTBEAT", "500ms");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new NodeProcess(folder.resolve(name), settings);
  }

  private RestClient admin(NodeProcess node) {
    return new RestClient(wire, TestNode.caller(node.address(), "demo", "boss", "ADMIN"));
  }

  /** Each as {@code id state}. */
  private static List<String> listed(RestClient admin) {
    Answer answer = admin.get("/api/admin/nodes").join().orRefused();
    return JsonText.asList(answer.json().get("nodes")).stream()
        .map(JsonText::asObject)
        .map(node -> node.get("id") + " " + node.get("state"))
        .sorted()
        .toList();
  }

  @Test
  void twoStartTogetherOnAnEmptyDatabaseAndAgainAfterBothWereKilled() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      String url = postgres.getJdbcUrl("postgres", "postgres");
      // With one name, by mistake.
      try (NodeProcess one =
              node("one", url, "CARILLON_NODE_ID", "same", "CARILLON_DRAIN_TIME", "2s");
          NodeProcess two = node("two", url, "CARILLON_NODE_ID", "same")) {
        one.awaitReady();
        two.awaitReady();
        RestClient admin = admin(one);
        await()
            .atMost(MAX_WAIT)
            .untilAsserted(() -> assertThat(listed(admin)).containsExactly("same UP", "same UP"));
        await()
            .atMost(MAX_WAIT)
            .until(() -> (one.output() + two.output()).contains("Another node is called same"));
        one.kill();
        two.kill();
        one.start();
        two.start();
        one.awaitReady();
        two.awaitReady();
        await()
            .atMost(MAX_WAIT)
            .untilAsserted(
                () ->
                    assertThat(listed(admin(one)))
                        .containsExactly("same DEAD", "same DEAD", "same UP", "same UP"));
        for (NodeProcess node : List.of(one, two)) {
          assertThat(send(admin(node)).status()).isEqualTo(201);
        }
        stopsInTime(one, two);
      }
    }
  }

  /** As an operator stops it, with a client that stays to the end. */
  private void stopsInTime(NodeProcess goes, NodeProcess stays) throws Exception {
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    NativeSocketClient.connect(
            wire,
            TestNode.caller(goes.address(), "demo", "client", "MEMBER"),
            new NativeSocketClient.Listener() {
              @Override
              public void frame(NativeSocketClient.Frame frame) {}

              @Override
              public void closed(int code, String reason, Throwable failure) {
                closed.complete(code);
              }
            })
        .ready()
        .get(30, TimeUnit.SECONDS);
    goes.terminate();
    assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(4503);
    assertThat(goes.awaitEnd(Duration.ofSeconds(12))).isEqualTo(SIGTERM);
    assertThat(goes.output()).contains("Carillon has stopped");
    assertThat(listed(admin(stays))).containsExactly("same DEAD", "same DEAD", "same UP");
  }

  private static Answer send(RestClient admin) {
    return admin.post("/api/channels/general/messages", Map.of("content", "hello")).join();
  }

  @Test
  void startsAfterItWasKilledWhileItMadeTheSchema() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
      for (int i = 0; i < TRIALS; i++) {
        String database = "trial" + i;
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
            Statement statement = connection.createStatement()) {
          statement.execute("create database " + database);
        }
        int scripts = random.nextInt(5);
        String url = postgres.getJdbcUrl("postgres", database);
        try (NodeProcess node = node(database, url);
            Connection connection = postgres.getDatabase("postgres", database).getConnection();
            Statement statement = connection.createStatement()) {
          await()
              .atMost(MAX_WAIT)
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(1))
              .failFast("the process has ended", () -> !node.isAlive())
              .until(() -> scriptsRun(statement) >= scripts);
          node.kill();
          System.out.println("killed after script " + scriptsRun(statement));
          node.start();
          node.awaitReady();
          assertThat(send(admin(node)).status()).isEqualTo(201);
        }
      }
    }
  }

  private static int scriptsRun(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("select to_regclass('flyway_schema_history') is not null")) {
      row.next();
      if (!row.getBoolean(1)) {
        return -1;
      }
    }
    try (ResultSet row = statement.executeQuery("select count(*) from flyway_schema_history")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void hasWhatItAcknowledgedWhenItWasKilledOnItsOwnDatabase() throws Exception {
    try (NodeProcess node =
        node("h2", "jdbc:h2:file:" + folder.resolve("data").resolve("carillon"))) {
      long acknowledged = 0;
      for (int i = 0; i < TRIALS; i++) {
        node.awaitReady();
        RestClient admin = admin(node);
        int count = random.nextInt(20, 60);
        for (int j = 0; j < count; j++) {
          acknowledged = (Long) send(admin).orRefused().json().get("offset");
        }
        node.kill();
        node.start();
        node.awaitReady();
        Answer history =
            admin(node).get("/api/channels/general/messages?limit=1").join().orRefused();
        Map<String, Object> last =
            JsonText.asObject(JsonText.asList(history.json().get("messages")).get(0));
        assertThat((Long) last.get("offset")).isEqualTo(acknowledged);
      }
    }
  }
}
