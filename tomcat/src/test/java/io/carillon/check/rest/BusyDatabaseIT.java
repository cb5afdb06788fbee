package io.carillon.check.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.PostgresServer;
import io.carillon.check.client.Tokens;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.json.JsonObject;
import io.carillon.tomcat.TomcatServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is asked of a node whose database has no time is refused as overloaded, never as 500.
 */
class BusyDatabaseIT {
  private static final String SECRET = "a secret of the tests, longer than 32 bytes";

  /** These say what they know without the database, once it is known who asks. */
  private static final Set<String> NEED_NONE =
      Set.of(
          "GET /api/me",
          "POST /api/me/token", // refused: the token is not of our own login
          "POST /api/tickets",
          "POST /api/presence/query",
          "GET /ws", // no upgrade
          "GET /api/admin/settings",
          "GET /health/live",
          "GET /metrics",
          "GET /openapi");

  private static final JsonObject BODY =
      new JsonObject()
          .put("channelId", "x")
          .put("content", "x")
          .put("message", "x")
          .put("offset", 1)
          .put("password", "x")
          .put("read", true)
          .put("role", "READER")
          .put("text", "x")
          .put("title", "x")
          .put("type", "x")
          .put("userId", "x")
          .put("userIds", List.of("x"));

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void everyRouteSaysOverloadedAndWhenToComeBack() throws Exception {
    try (PostgresServer postgres = new PostgresServer(folder);
        TomcatServer server =
            TomcatServer.start(
                Settings.of(
                    Map.of(
                        "CARILLON_HTTP_PORT",
                        "0",
                        "CARILLON_DATA_FOLDER",
                        Files.createDirectory(folder.resolve("node")).toString(),
                        "CARILLON_TOKEN_SECRET",
                        SECRET,
                        "CARILLON_DATABASE_URL",
                        postgres.url(),
                        "CARILLON_DATABASE_USER",
                        PostgresServer.user(),
                        "CARILLON_DATABASE_MAX_WAIT",
                        "100ms",
                        "CARILLON_DATABASE_STATEMENT_TIMEOUT",
                        "100ms")))) {
      Api ann = new Api(server.port(), new Tokens(SECRET).of("demo", "ann", "ADMIN"));
      Contract contract = Contract.of(ann.get("/openapi").text());
      int overloaded = 0;
      SoftAssertions answers = new SoftAssertions();
      for (Contract.Operation operation : contract.operations()) {
        ann.get("/api/me").isOk(200); // who it is is remembered for a second, which is enough
        try (Connection connection =
                DriverManager.getConnection(postgres.url(), PostgresServer.user(), "");
            Statement statement = connection.createStatement()) {
          lockAll(connection, statement);
          Answer answer = ask(ann, operation);
          if (operation.path().equals("/health/ready")) {
            // What it says may be some moments old.
            await().atMost(PATIENCE).until(() -> ask(ann, operation).status() == 503);
          } else if (!NEED_NONE.contains(operation.toString())) {
            // Looks for Retry-After, too.
            answers.check(() -> answer.isRefused(ErrorCode.OVERLOADED));
            overloaded++;
          }
        }
      }
      answers.assertAll();
      assertThat(overloaded).isGreaterThan(30);
    }
  }

  /** Nobody else gets at any table until the connection is closed. */
  private static void lockAll(Connection connection, Statement statement) throws Exception {
    connection.setAutoCommit(false);
    StringBuilder lock = new StringBuilder();
    try (ResultSet tables =
        statement.executeQuery("select tablename from pg_tables where schemaname = 'public'")) {
      while (tables.next()) {
        lock.append(lock.length() == 0 ? "lock table " : ", ").append(tables.getString(1));
      }
    }
    statement.execute(lock + " in access exclusive mode");
  }

  private static Answer ask(Api api, Contract.Operation operation) {
    String path = operation.path().replaceAll("\\{[^}]+\\}", "x") + query(operation.path());
    return switch (operation.method()) {
      case "GET", "DELETE" -> api.send(operation.method(), path);
      default -> api.send(operation.method(), path, body(operation.path()));
    };
  }

  private static String query(String path) {
    return path.equals("/api/admin/explain") ? "?userId=x&channel=x&action=PUBLISH" : "";
  }

  /** What the route takes, so that it comes to ask the database. */
  private static JsonObject body(String path) {
    return switch (path) {
      case "/api/keys", "/api/admin/keys" -> new JsonObject().put("name", "x");
      case "/api/admin/users" ->
          new JsonObject().put("userId", "x").put("password", "long enough").put("role", "MEMBER");
      case "/api/admin/users/{userId}" -> new JsonObject().put("name", "x");
      case "/api/admin/users/{userId}/password" -> new JsonObject().put("password", "long enough");
      case "/api/admin/bulk/channels" ->
          new JsonObject()
              .put("action", "ARCHIVE")
              .put("channelIds", List.of("x"))
              .put("dryRun", true);
      case "/api/admin/keys/{id}/rotate" -> new JsonObject().put("overlapSeconds", 0);
      default -> BODY;
    };
  }
}
