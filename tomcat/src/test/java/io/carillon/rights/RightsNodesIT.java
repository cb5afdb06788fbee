package io.carillon.rights;

import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/**
 * What is changed on one node acts on another, which hears of it from nobody but the database: both
 * have no bus that would tell them.
 */
class RightsNodesIT {

  private abstract static class TwoNodes extends RevocationContract {
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
