package io.carillon.rights;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What is changed on one node acts on another, which hears of it from nobody but the database: both
 * have no bus that would tell them.
 */
class RightsNodesIT {

  private abstract static class TwoNodes extends RevocationContract {
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private EmbeddedPostgres postgres;

    /** What both nodes have besides. */
    abstract Map<String, String> bus();

    @Override
    List<Map<String, String>> settings() {
      try {
        postgres = EmbeddedPostgres.builder().start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Map<String, String> bus = bus();
      return List.of(node("one", bus), node("two", bus));
    }

    private Map<String, String> node(String node, Map<String, String> bus) {
      Map<String, String> settings = World.settings(folder.resolve(node));
      settings.put("CARILLON_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"));
      settings.put("CARILLON_DATABASE_USER", "postgres");
      settings.put("CARILLON_HUB_SWEEP_INTERVAL", "100ms"); // what it brings is not the matter here
      settings.putAll(bus);
      return settings;
    }

    @Test
    void takesATicketOfAnyNodeOnceOnAnyNode() throws Exception {
      assertThat(here.send("GET", "/api/events?ticket=" + ticket(), null, null).status())
          .isEqualTo(200);
      for (int round = 0; round < 20; round++) {
        String path = "/ws?ticket=" + ticket();
        List<CompletableFuture<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          Http node = i % 2 == 0 ? here : there;
          asked.add(
              CompletableFuture.supplyAsync(() -> node.upgrade(path, null).status(), threads));
        }
        List<Integer> answers = new ArrayList<>();
        for (CompletableFuture<Integer> answer : asked) {
          answers.add(answer.get(20, TimeUnit.SECONDS));
        }
        assertThat(answers).containsExactlyInAnyOrder(101, 401, 401, 401);
      }
    }

    private String ticket() {
      return there.send("POST", "/api/tickets", member, null).orFail("ticket").text("ticket");
    }

    @AfterAll
    void stopThreads() {
      threads.shutdownNow();
    }

    @AfterAll
    void stopDatabase() throws IOException {
      if (postgres != null) {
        postgres.close();
      }
    }
  }

  @Nested
  class WithoutRedis extends TwoNodes {
    @Override
    String name() {
      return "two nodes without Redis";
    }

    @Override
    Map<String, String> bus() {
      return Map.of();
    }
  }

  @Nested
  class WhenRedisIsKilled extends TwoNodes {
    private RedisServer redis;

    @Override
    String name() {
      return "two nodes whose Redis was killed";
    }

    @Override
    Map<String, String> bus() {
      redis = new RedisServer(folder);
      return Map.of("CARILLON_REDIS_URL", redis.url());
    }

    @BeforeAll
    void kill() {
      redis.close();
    }
  }
}
