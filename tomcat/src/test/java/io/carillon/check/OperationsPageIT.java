package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/operations.md} tells an operator to look at and to do is there, and works. */
class OperationsPageIT {
  private static final Path PAGE = Path.of("..", "docs", "operations.md");

  @TempDir Path folder;

  @Test
  void namesMetersThatThereAre() throws Exception {
    Set<String> named = new TreeSet<>();
    Matcher meter = Pattern.compile("`(carillon_[a-z_]+)`").matcher(Files.readString(PAGE));
    while (meter.find()) {
      named.add(meter.group(1));
    }
    assertThat(named).hasSizeGreaterThan(10);
    try (RedisServer redis = new RedisServer(folder);
        Wire wire = new Wire("clients");
        TestNode node = TestNode.onH2(folder, Map.of("CARILLON_REDIS_URL", redis.url()))) {
      // Refusals are counted by code, each from its first on.
      new RestClient(wire, node.member("demo", "ann"))
          .get("/api/channels/none")
          .get(10, TimeUnit.SECONDS);
      Set<String> known = new TreeSet<>();
      for (String name : node.metrics(wire).keySet()) {
        known.add(name.replaceFirst("_(count|sum)$", ""));
      }
      assertThat(known).containsAll(named);
    }
  }

  @Test
  void restoringMakesOldPositionsKnownAsSuch() throws Exception {
    Matcher sql =
        Pattern.compile("\n {4}(update channel [^\n]+;)\n").matcher(Files.readString(PAGE));
    assertThat(sql.find()).as("the page has the statement").isTrue();
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        Wire wire = new Wire("clients")) {
      String before;
      try (TestNode node = node(postgres, "before")) {
        RestClient admin = new RestClient(wire, node.admin("demo"));
        for (String channel : List.of("one", "two")) {
          admin
              .post("/api/channels", Map.of("channelId", channel, "visibility", "PUBLIC"))
              .get(10, TimeUnit.SECONDS)
              .orRefused();
        }
        before = (String) poll(wire, node, "").get("position");
      }
      try (Connection connection = postgres.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        assertThat(statement.executeUpdate(sql.group(1))).isGreaterThanOrEqualTo(2);
      }
      try (TestNode node = node(postgres, "after")) {
        Map<String, Object> answer = poll(wire, node, before);
        assertThat(answer).containsEntry("resumed", false).containsEntry("reason", "epoch");
        String after = (String) answer.get("position");
        assertThat(poll(wire, node, after)).containsEntry("resumed", true);
      }
    }
  }

  private TestNode node(EmbeddedPostgres postgres, String name) throws Exception {
    return TestNode.on(
        postgres.getJdbcUrl("postgres", "postgres"),
        "postgres",
        Files.createDirectory(folder.resolve(name)),
        Map.of());
  }

  private static Map<String, Object> poll(Wire wire, TestNode node, String since) throws Exception {
    RestClient rest = new RestClient(wire, node.member("demo", "ann"));
    return new PollClient(rest, List.of("one", "two"))
        .poll(since, Duration.ZERO)
        .get(10, TimeUnit.SECONDS);
  }
}
