package io.carillon.rights;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.Wire;
import io.carillon.config.Settings;
import io.carillon.tomcat.TomcatServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change of rights costs that concerns everybody who listens to a channel. */
class RightsReviewIT {
  private static final int LISTENERS = 500;
  private static final int MAX_WAIT_SECONDS = 30;

  /** In milliseconds from the answer to whoever made the change. */
  private static final double MAX_DELAY_MILLIS = 1_000;

  /** The change itself, and what goes on in any case: the looks for changes, the sweep. */
  private static final double MAX_TRANSACTIONS = 50;

  @Test
  void asksTheRecordOnceForAllWhoListen(@TempDir Path folder) throws Exception {
    Tokens tokens = new Tokens(World.SECRET);
    String owner = tokens.of("demo", "review-owner", "MEMBER");
    try (TomcatServer server = TomcatServer.start(Settings.of(World.settings(folder)));
        Wire wire = new Wire("review")) {
      Http http = new Http(server.port());
      InetSocketAddress node =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
      http.send(
              "POST",
              "/api/channels",
              owner,
              Map.of("channelId", "review", "kind", "CHAT", "visibility", "PUBLIC"))
          .orFail("channel");
      List<Listener> listeners = new ArrayList<>();
      for (int i = 0; i < LISTENERS; i++) {
        String token = tokens.of("demo", "review-" + i, "MEMBER");
        Listener listener = new Listener();
        listeners.add(listener);
        listener.socket =
            NativeSocketClient.connect(wire, new Caller(node, "", "", token), listener);
        listener.socket.ready().get(MAX_WAIT_SECONDS, SECONDS);
        listener
            .socket
            .ask("channel:join", Map.of("channelId", "review"))
            .get(MAX_WAIT_SECONDS, SECONDS);
      }
      double before = transactions(http);
      http.send("PATCH", "/api/channels/review", owner, Map.of("visibility", "PRIVATE"))
          .orFail("closing");
      long answeredNanos = System.nanoTime();
      double slowest = 0;
      for (Listener listener : listeners) {
        long endNanos = listener.left.get(MAX_WAIT_SECONDS, SECONDS);
        slowest = Math.max(slowest, (endNanos - answeredNanos) / 1e6);
      }
      double transactions = transactions(http) - before;
      System.out.printf(
          "Closing a channel to %d listeners: %.0f transactions, the last one left after %.1f ms%n",
          LISTENERS, transactions, slowest);
      assertThat(transactions).isLessThan(MAX_TRANSACTIONS);
      assertThat(slowest).isLessThan(MAX_DELAY_MILLIS);
      listeners.forEach(listener -> listener.socket.cut());
    }
  }

  private static double transactions(Http http) {
    return http.send("GET", "/metrics", null, null)
        .body()
        .lines()
        .filter(line -> line.startsWith("carillon_database_connections_acquired_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  private static final class Listener implements NativeSocketClient.Listener {
    private final CompletableFuture<Long> left = new CompletableFuture<>();
    private NativeSocketClient socket;

    @Override
    public void frame(Frame frame) {
      if (frame.event().equals("channel:left")) {
        left.complete(System.nanoTime());
      }
    }

    @Override
    public void closed(int code, String reason, Throwable failure) {
      left.completeExceptionally(new AssertionError("closed: " + code));
    }
  }
}
