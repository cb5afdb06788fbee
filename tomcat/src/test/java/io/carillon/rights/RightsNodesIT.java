package io.carillon.rights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.carillon.redis.RedisServer;
import io.carillon.tomcat.TomcatServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
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
import org.junit.jupiter.api.io.TempDir;

/**
 * What is changed on one node acts on another, which hears of it from nobody but the database: both
 * have no bus that would tell them.
 */
class RightsNodesIT {
  private static final int MAX_WAIT_SECONDS = 20;

  private static Map<String, String> node(Path folder, EmbeddedPostgres postgres) {
    Map<String, String> settings = World.settings(folder);
    settings.put("CARILLON_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"));
    settings.put("CARILLON_DATABASE_USER", "postgres");
    settings.put("CARILLON_DATABASE_ALLOW_UNSAFE", "true"); // EmbeddedPostgres is fast
    settings.put("CARILLON_HUB_SWEEP_INTERVAL", "100ms"); // what it brings is not the matter here
    return settings;
  }

  /** Though Redis brings them: whoever they are for may have been shut out meanwhile. */
  @Test
  void holdsMessagesBackOnANodeThatCannotAskWhoMayRead(@TempDir Path folder) throws Exception {
    Tokens tokens = new Tokens(World.SECRET);
    String writer = tokens.of("demo", "rights-writer", "MEMBER");
    String reader = tokens.of("demo", "rights-reader", "MEMBER");
    String messages = "/api/channels/general/messages";
    try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        RedisServer redis = new RedisServer(folder);
        Wire wire = new Wire("rights");
        TcpProxy link =
            new TcpProxy(
                wire,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), postgres.getPort()))) {
      Map<String, String> far = node(folder.resolve("far"), postgres);
      Map<String, String> cut = node(folder.resolve("cut"), postgres);
      cut.put(
          "CARILLON_DATABASE_URL",
          "jdbc:postgresql://127.0.0.1:" + link.address().getPort() + "/postgres");
      far.put("CARILLON_REDIS_URL", redis.url());
      cut.put("CARILLON_REDIS_URL", redis.url());
      try (TomcatServer there = TomcatServer.start(Settings.of(far));
          TomcatServer here = TomcatServer.start(Settings.of(cut))) {
        Http http = new Http(there.port());
        Audience typist = new Audience(wire, caller(there, writer), "general");
        Audience audience = new Audience(wire, caller(here, reader), "general");
        typist.ready().get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        audience.ready().get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        http.send("POST", messages, writer, Map.of("content", "before")).orFail("before");
        await().until(() -> audience.hasHeardEverywhere("before"));

        link.stall();
        await().atMost(MAX_WAIT_SECONDS, TimeUnit.SECONDS).until(() -> age(here) > 5);
        http.send("POST", messages, writer, Map.of("content", "meanwhile")).orFail("meanwhile");
        typist.ask("typing:start", Map.of()).get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        await().until(() -> audience.hasHeard("isTyping")); // which came by Redis after the message
        assertThat(audience.hasHeard("meanwhile")).isFalse();

        link.proceed();
        await()
            .atMost(MAX_WAIT_SECONDS, TimeUnit.SECONDS)
            .until(() -> audience.hasHeardEverywhere("meanwhile"));
        audience.leave();
        typist.leave();
      }
    }
  }

  private static Caller caller(TomcatServer node, String token) {
    return new Caller(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()), "", "", token);
  }

  private static double age(TomcatServer node) {
    return new Http(node.port())
        .send("GET", "/metrics", null, null)
        .body()
        .lines()
        .filter(line -> line.startsWith("carillon_rights_age_seconds "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private abstract static class TwoNodes extends TomcatRevocationContract {
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
      Map<String, String> settings = RightsNodesIT.node(folder.resolve(node), postgres);
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
    protected String name() {
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
    protected String name() {
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
