package io.carillon.tomcat;

import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A client of {@code carillon.v1} on the JDK's WebSocket. Any thread. */
final class ChatClient implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final StringBuilder parts = new StringBuilder(); // of the listener's calls
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final List<JsonObject> received = new ArrayList<>(); // guarded by this
  private WebSocket socket;
  private int taken; // guarded by this: received ones that were asked for

  private ChatClient() {}

  static ChatClient open(HttpClient http, int port, String token) {
    return open(http, port, "/ws", Map.of("Authorization", "Bearer " + token));
  }

  /** With other credentials, in the headers or the path's query. */
  static ChatClient open(HttpClient http, int port, String path, Map<String, String> headers) {
    ChatClient client = new ChatClient();
    WebSocket.Builder builder = http.newWebSocketBuilder().subprotocols("carillon.v1");
    headers.forEach(builder::header);
    client.socket =
        builder
            .buildAsync(URI.create("ws://127.0.0.1:" + port + path), client)
            .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .join();
    return client;
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  void send(String text) {
    socket.sendText(text, true).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  void send(String event, String ref, JsonObject data) {
    send(new JsonObject().put("event", event).put("ref", ref).put("data", data).toString());
  }

  /** Joins and waits for the answer. */
  JsonObject join(String channel, String since) {
    send(
        "channel:join",
        "join-" + channel,
        new JsonObject().put("channelId", channel).putIfPresent("since", since));
    return answer("join-" + channel);
  }

  /** Sends chat text and waits for the answer. */
  JsonObject say(String channel, String content, String clientId) {
    String ref = "say-" + content.hashCode();
    send(
        "message:send",
        ref,
        new JsonObject()
            .put("channelId", channel)
            .put("content", content)
            .putIfPresent("clientId", clientId));
    return answer(ref);
  }

  /** The answer with this mark; what comes before it stays to be asked for. */
  JsonObject answer(String ref) {
    return find(frame -> ref.equals(frame.get("ref")), false);
  }

  /** The next frame of this name that was not asked for yet; those before it are passed over. */
  JsonObject next(String event) {
    return find(frame -> event.equals(frame.get("event")), true);
  }

  private synchronized JsonObject find(Predicate<JsonObject> wanted, boolean inOrder) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    int at = inOrder ? taken : 0;
    try {
      while (true) {
        for (; at < received.size(); at++) {
          if (wanted.test(received.get(at))) {
            if (inOrder) {
              taken = at + 1;
            }
            return received.get(at);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("did not come; there is " + received);
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  synchronized List<JsonObject> received() {
    return List.copyOf(received);
  }

  /** The code that the server has closed with; 1006 for a connection that was lost. */
  int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  void sendClose() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  WebSocket socket() {
    return socket;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    parts.append(part);
    if (last) {
      JsonObject frame = Json.parseObject(parts.toString());
      parts.setLength(0);
      synchronized (this) {
        received.add(frame);
        notifyAll();
      }
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(code);
    return null;
  }

  /** Whether the server has closed it, or it was lost. */
  boolean isClosed() {
    return closed.isDone();
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    closed.complete(1006);
  }

  @Override
  public void close() {
    socket.abort();
  }
}
