package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import io.carillon.json.JsonObject;
import io.carillon.redis.RedisServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The end of a session of the server, by logout or because nobody came for too long, ends what it
 * has opened on every node within a second. One node has the direct way to sockets and streams, the
 * other that of any Jakarta EE server.
 */
class ContainerSessionNodesIT {
  private static final Duration MAX_DELAY = Duration.ofSeconds(1);
  private static final int MAX_WAIT_SECONDS = 30; // for what is not measured
  private static final Map<String, List<String>> PEOPLE =
      Map.of("frida", List.of("chat-user"), "judy", List.of("chat-user"));

  @TempDir static Path folder;

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  private abstract static class TwoNodes {
    private final HttpClient client = HttpClient.newHttpClient();
    private final ServerLogin[] logins = {
      new ServerLogin("FORM", PEOPLE), new ServerLogin("FORM", PEOPLE)
    };
    private final List<TomcatServer> nodes = new ArrayList<>();
    private EmbeddedPostgres postgres;

    abstract String name();

    abstract Map<String, String> bus();

    @BeforeAll
    void start() throws IOException {
      postgres = EmbeddedPostgres.builder().start();
      Map<String, String> bus = bus();
      nodes.add(TomcatServer.start(settings("direct", "direct", bus), logins[0]));
      nodes.add(TomcatServer.start(settings("jakarta", "servlet", bus), logins[1]));
    }

    private Settings settings(String sockets, String streams, Map<String, String> bus) {
      Map<String, String> settings = new HashMap<>(bus);
      settings.put("CARILLON_HTTP_PORT", "0");
      settings.put("CARILLON_DEMO", "true");
      settings.put("CARILLON_DATA_FOLDER", folder.resolve(name() + sockets).toString());
      settings.put("CARILLON_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"));
      settings.put("CARILLON_DATABASE_USER", "postgres");
      settings.put("CARILLON_DATABASE_ALLOW_UNSAFE", "true"); // EmbeddedPostgres is fast
      settings.put("CARILLON_TOKEN_SECRET", "the same on both nodes, and it is long enough");
      settings.put("CARILLON_WEBSOCKET", sockets);
      settings.put("CARILLON_STREAMS", streams);
      settings.put("CARILLON_DRAIN_TIME", "0s");
      settings.put("CARILLON_CONTAINER_ORGANIZATION", "demo");
      settings.put("CARILLON_CONTAINER_ROLES", "chat-user=MEMBER");
      settings.put("CARILLON_CONTAINER_CREATE_USERS", "true");
      return Settings.of(settings);
    }

    @AfterAll
    void stop() throws IOException {
      nodes.forEach(TomcatServer::close);
      if (postgres != null) {
        postgres.close();
      }
    }

    /** What a session of one node has opened on both, there with tickets of it. */
    private final class Opened {
      private final Map<String, CompletableFuture<Long>> ends = new LinkedHashMap<>();
      private final List<ChatClient> sockets = new ArrayList<>();

      Opened(Browser browser, int home) throws Exception {
        int away = 1 - home;
        add("socket here", browser.socket());
        add("stream here", browser.stream("/api/events"));
        add("channel here", browser.stream("/api/channels/general/events"));
        int port = nodes.get(away).port();
        add(
            "socket there",
            ChatClient.open(client, port, "/ws?ticket=" + ticket(browser), Map.of()));
        add("stream there", stream(port, "/api/events", browser));
        add("channel there", stream(port, "/api/channels/general/events", browser));
      }

      private CompletableFuture<String> stream(int port, String path, Browser browser)
          throws Exception {
        return Browser.stream(client, port, path + "?ticket=" + ticket(browser), Map.of());
      }

      private void add(String what, ChatClient socket) {
        sockets.add(socket);
        socket.send("ping", "open", new JsonObject());
        assertThat(socket.answer("open").get("event")).isEqualTo("pong");
        ends.put(
            what,
            CompletableFuture.supplyAsync(
                () -> {
                  int code = socket.closeCode();
                  long now = System.nanoTime();
                  assertThat(code).as(what).isEqualTo(4401);
                  return now;
                }));
      }

      private void add(String what, CompletableFuture<String> stream) {
        ends.put(
            what,
            stream.thenApply(
                text -> {
                  long now = System.nanoTime();
                  assertThat(text).as(what).contains("UNAUTHENTICATED");
                  return now;
                }));
      }

      void assertOpen() {
        ends.forEach((what, end) -> assertThat(end).as(what).isNotDone());
        for (ChatClient socket : sockets) {
          String ref = "still-" + System.nanoTime();
          socket.send("ping", ref, new JsonObject());
          assertThat(socket.answer(ref).get("event")).isEqualTo("pong");
        }
      }

      void assertEndedSince(long beganNanos, String how) throws Exception {
        for (Map.Entry<String, CompletableFuture<Long>> end : ends.entrySet()) {
          long nanos = end.getValue().get(MAX_WAIT_SECONDS, TimeUnit.SECONDS) - beganNanos;
          System.out.printf(
              "%s, %s: %s ended after %d ms%n",
              name(), how, end.getKey(), TimeUnit.NANOSECONDS.toMillis(nanos));
          assertThat(Duration.ofNanos(nanos)).as(end.getKey()).isLessThan(MAX_DELAY);
        }
      }
    }

    private String ticket(Browser browser) throws IOException {
      RawHttp.Answer ticket = browser.post("/api/tickets", "");
      assertThat(ticket.status()).as(ticket.body()).isEqualTo(201);
      return ticket.text("ticket");
    }

    @Test
    void logoutEndsWhatWasOpenedOnEveryNode() throws Exception {
      for (int home = 0; home < 2; home++) {
        Browser browser = Browser.loggedIn(client, nodes.get(home).port(), "frida");
        Browser other = Browser.loggedIn(client, nodes.get(home).port(), "frida");
        Opened opened = new Opened(browser, home);
        Opened others = new Opened(other, home);
        String unused = ticket(browser);
        String id = browser.sessionId();
        browser.get(ServerLogin.PAGE + "?do=logout");
        opened.assertEndedSince(logins[home].endOf(id), "logout at node " + home);
        others.assertOpen();
        assertThat(
                new RawHttp(nodes.get(1 - home).port())
                    .get("/api/events?ticket=" + unused)
                    .status())
            .isEqualTo(401);
        other.get(ServerLogin.PAGE + "?do=logout");
      }
    }

    @Test
    void expiryEndsWhatWasOpenedOnEveryNode() throws Exception {
      for (int home = 0; home < 2; home++) {
        Browser browser = Browser.loggedIn(client, nodes.get(home).port(), "judy");
        Opened opened = new Opened(browser, home);
        String id = browser.sessionId();
        opened.assertOpen();
        // Open connections do not keep it alive: nothing else happens in it from here on.
        logins[home].session(id).setMaxInactiveInterval(1);
        ServerLogin login = logins[home];
        await().atMost(MAX_WAIT_SECONDS, TimeUnit.SECONDS).until(() -> login.endOf(id) != null);
        opened.assertEndedSince(login.endOf(id), "expiry at node " + home);
      }
    }
  }

  @Nested
  class WithoutRedis extends TwoNodes {
    @Override
    String name() {
      return "without Redis";
    }

    @Override
    Map<String, String> bus() {
      return Map.of();
    }
  }

  @Nested
  class WithRedis extends TwoNodes {
    private RedisServer redis;

    @Override
    String name() {
      return "with Redis";
    }

    @Override
    Map<String, String> bus() {
      redis = new RedisServer(folder);
      return Map.of("CARILLON_REDIS_URL", redis.url());
    }

    @AfterAll
    void stopRedis() {
      redis.close();
    }
  }
}
