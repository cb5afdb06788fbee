package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open connections end when that which opened them does: logout, revocation, expiry. */
class SessionEndIT {
  private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(10); // the shortest allowed
  private static final Duration SOON = Duration.ofSeconds(1);

  @TempDir static Path folder;
  private static TomcatServer server;
  private static RawHttp http;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void startServer() {
    server =
        TomcatServer.start(
            Settings.of(
                Map.of(
                    "CARILLON_HTTP_PORT",
                    "0",
                    "CARILLON_DEMO",
                    "true",
                    "CARILLON_TOKEN_LIFETIME",
                    TOKEN_LIFETIME.toSeconds() + "s",
                    "CARILLON_DATA_FOLDER",
                    folder.toString())));
    http = new RawHttp(server.port());
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static String login(String user) throws IOException {
    return http.post("/api/login", "{\"userId\":\"%s\",\"password\":\"%s\"}".formatted(user, user))
        .text("token");
  }

  /** A socket that remembers what it hears. */
  private static final class Socket implements WebSocket.Listener {
    private final List<String> frames = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;

    Socket(String credential) {
      socket =
          CLIENT
              .newWebSocketBuilder()
              .header("Authorization", "Bearer " + credential)
              .subprotocols("carillon.v1")
              .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/ws"), this)
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        frames.add(text.toString());
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable failure) {
      closed.completeExceptionally(failure);
    }

    /** Sends a frame and waits for its answer. */
    String ask(String event, String ref, String data) {
      socket
          .sendText(
              "{\"event\":\"%s\",\"ref\":\"%s\",\"data\":%s}".formatted(event, ref, data), true)
          .join();
      String marker = "\"ref\":\"" + ref + '"';
      await().until(() -> frames.stream().anyMatch(frame -> frame.contains(marker)));
      return frames.stream().filter(frame -> frame.contains(marker)).findFirst().orElseThrow();
    }

    String renew(String ref, String token) {
      return ask("auth:renew", ref, "{\"token\":\"" + token + "\"}");
    }

    int closeCode(Duration within) throws Exception {
      return closed.get(within.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Completes when the stream has ended. */
  private static CompletableFuture<Void> stream(String path, String credential) throws Exception {
    HttpResponse<InputStream> answer =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(http.origin() + path))
                .header("Authorization", "Bearer " + credential)
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return CompletableFuture.runAsync(
        () -> {
          try (InputStream body = answer.body()) {
            body.transferTo(java.io.OutputStream.nullOutputStream());
          } catch (IOException e) {
            return; // cut: an end as well
          }
        });
  }

  @Test
  void closesWhatASessionHasOpenedWhenItLogsOut() throws Exception {
    String token = login("alice");
    String other = login("alice");
    Socket mine = new Socket(token);
    Socket others = new Socket(other);
    CompletableFuture<Void> events = stream("/api/events", token);
    CompletableFuture<Void> channel = stream("/api/channels/general/events", token);
    CompletableFuture<Void> othersEvents = stream("/api/events", other);
    assertThat(mine.ask("ping", "1", "{}")).contains("pong");

    http.post("/api/logout", "", "Authorization: Bearer " + token);
    assertThat(mine.closeCode(SOON)).isEqualTo(4401);
    events.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    channel.get(SOON.toMillis(), TimeUnit.MILLISECONDS);

    assertThat(others.ask("ping", "1", "{}")).contains("pong");
    assertThat(othersEvents).isNotDone();
  }

  @Test
  void closesWhatAnApiKeyHasOpenedWhenItIsRevoked() throws Exception {
    String admin = "Authorization: Bearer " + login("admin");
    RawHttp.Answer made = http.post("/api/keys", "{\"name\":\"robot\"}", admin);
    assertThat(made.status()).isEqualTo(201);
    String key = made.text("key");
    Socket robot = new Socket(key);
    assertThat(robot.ask("ping", "1", "{}")).contains("pong");
    assertThat(http.send("DELETE", "/api/keys/" + made.text("id"), "", admin).status())
        .isEqualTo(204);
    assertThat(robot.closeCode(SOON)).isEqualTo(4401);
    assertThat(http.get("/api/me", "Authorization: Bearer " + key).status()).isEqualTo(401);
  }

  @Test
  void closesConnectionsWhoseTokenRunsOutUnlessItIsRenewed() throws Exception {
    String first = login("bob");
    Socket silent = new Socket(first);
    Socket renewing = new Socket(first);
    Socket misled = new Socket(first);
    CompletableFuture<Void> events = stream("/api/events", first);

    assertThat(misled.renew("1", login("carol"))).contains("\"error\"", "FORBIDDEN");
    assertThat(misled.renew("2", "rubbish")).contains("\"error\"", "UNAUTHENTICATED");
    // Two renewals, so that it has long outlived the first token when the others end.
    String next = first;
    for (int i = 1; i <= 2; i++) {
      String fresh = renewedLater(next);
      assertThat(renewing.renew("renew-" + i, fresh)).contains("\"ack\"");
      next = fresh;
    }
    assertThat(silent.closeCode(TOKEN_LIFETIME.plusSeconds(5))).isEqualTo(4401);
    assertThat(misled.closeCode(SOON.plusSeconds(2))).isEqualTo(4401);
    events.get(3, TimeUnit.SECONDS);
    assertThat(renewing.ask("ping", "alive", "{}")).contains("pong");
    assertThat(renewing.renew("late", first)).contains("\"error\"", "TOKEN_EXPIRED");
  }

  /** A token that ends at least three seconds after this one: times in tokens are whole seconds. */
  private static String renewedLater(String token) {
    long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
    await().pollDelay(Duration.ZERO).until(() -> System.nanoTime() > until);
    try {
      return http.post("/api/me/token", "", "Authorization: Bearer " + token).text("token");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
