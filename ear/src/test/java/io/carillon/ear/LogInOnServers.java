package io.carillon.ear;

import static io.carillon.ear.BesideContract.USER;
import static io.carillon.servers.Site.events;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.wire.JsonText;
import io.carillon.servers.OnServers;
import io.carillon.servers.Site;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The server has authenticated somebody by its own means, a form, and Carillon takes its word. */
abstract class LogInOnServers extends OnServers {
  private static final Duration MAX_DELAY = Duration.ofSeconds(5); // the machine may be busy

  LogInOnServers(Supplier<Site> place) {
    super(place);
  }

  private Application nobody() {
    return new Application(site().server().address(), site().server().contextPath());
  }

  private Application loggedIn() {
    Application browser = nobody();
    assertThat(browser.get("/staff/page").text()).contains("j_security_check");
    browser.submit("/staff/j_security_check", "j_username=" + USER + "&j_password=" + USER);
    assertThat(browser.get("/staff/page").text()).isEqualTo("page of " + USER);
    return browser;
  }

  @Test
  void isWhomTheServerHasAuthenticated() {
    assertThat(nobody().get("/api/me").status()).isEqualTo(401);
    Application.Outcome me = loggedIn().get("/api/me");
    assertThat(me.isDone()).as(me.toString()).isTrue();
    assertThat(JsonText.object(me.text()))
        .containsEntry("id", USER)
        .containsEntry("role", "MEMBER");
  }

  @Test
  void theSessionsEndEndsWhatItHasOpened() throws Exception {
    assertEnds(browser -> assertThat(browser.get("/staff/page?do=leave").isDone()).isTrue());
  }

  @Test
  void soDoesLoggingOut() throws Exception {
    assertEnds(browser -> assertThat(browser.post("/api/logout").status()).isEqualTo(204));
  }

  private void assertEnds(Consumer<Application> end) throws Exception {
    String channel = site().chat();
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections("sse") == 0);
    Application browser = loggedIn();
    CompletableFuture<HttpResponse<String>> stream =
        browser
            .client()
            .sendAsync(
                browser.request(events(channel)).timeout(Duration.ofMinutes(1)).build(),
                BodyHandlers.ofString(UTF_8));
    Closing closing = new Closing();
    WebSocket socket =
        browser
            .client()
            .newWebSocketBuilder()
            .header("Origin", browser.origin())
            .buildAsync(URI.create(browser.origin().replace("http", "ws") + "/ws"), closing)
            .get(20, TimeUnit.SECONDS);
    await().until(() -> site().connections("sse") == 1);
    site().say("alice", channel, "for whom is there");
    end.accept(browser);
    long ended = System.nanoTime();
    // Undertow closes the sockets of a session by itself, before anybody else hears of its end.
    assertThat(closing.code.get(20, TimeUnit.SECONDS)).isIn(4401, 1008);
    assertThat(stream.get(20, TimeUnit.SECONDS).body())
        .contains("for whom is there", "UNAUTHENTICATED");
    assertThat(Site.secondsSince(ended)).isLessThan(MAX_DELAY.toSeconds());
    assertThat(browser.get("/api/me").status()).isEqualTo(401);
    socket.abort();
  }

  private static final class Closing implements WebSocket.Listener {
    final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      code.complete(statusCode);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      code.completeExceptionally(failure);
    }
  }
}
