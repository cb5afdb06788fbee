package io.carillon.check.client;

import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.ProtocolViolation;
import io.carillon.check.wire.Wire;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Requests of one caller over connections that are kept. Nothing is repeated on its own: a lost
 * connection is the answer {@link ConnectionLost}. Any thread; answers come on the wire's.
 */
public final class RestClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Wire wire;
  private final Caller caller;
  private final int maxConnections;
  private final List<HttpConnection> connections = new ArrayList<>(); // of the wire
  private final Deque<Request> waiting = new ArrayDeque<>(); // of the wire
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();

  private record Request(String method, byte[] bytes, CompletableFuture<Answer> answer) {}

  public RestClient(Wire wire, Caller caller) {
    this(wire, caller, 4);
  }

  public RestClient(Wire wire, Caller caller, int maxConnections) {
    this.wire = wire;
    this.caller = caller;
    this.maxConnections = maxConnections;
  }

  public Caller caller() {
    return caller;
  }

  public CompletableFuture<Answer> get(String path) {
    return send("GET", path, null, TIMEOUT);
  }

  public CompletableFuture<Answer> post(String path, Map<String, Object> body) {
    return send("POST", path, body, TIMEOUT);
  }

  public CompletableFuture<Answer> patch(String path, Map<String, Object> body) {
    return send("PATCH", path, body, TIMEOUT);
  }

  public CompletableFuture<Answer> delete(String path) {
    return send("DELETE", path, null, TIMEOUT);
  }

  /**
   * @param body null for none
   * @param timeout after which the connection is cut
   */
  public CompletableFuture<Answer> send(
      String method, String path, Map<String, Object> body, Duration timeout) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Request request = new Request(method, bytes(method, path, body), answer);
    wire.execute(
        () -> {
          waiting.add(request);
          sendWaiting();
        });
    wire.after(
        timeout,
        () -> {
          if (answer.completeExceptionally(
              new ConnectionLost("no answer to " + method + " " + path + " in time", null))) {
            giveUp(answer);
          }
        });
    return answer;
  }

  private void giveUp(CompletableFuture<Answer> answer) {
    waiting.removeIf(request -> request.answer() == answer);
    for (HttpConnection connection : connections) {
      if (connection.owes(answer)) {
        connection.reset();
      }
    }
  }

  private byte[] bytes(String method, String path, Map<String, Object> body) {
    byte[] content =
        body == null ? new byte[0] : JsonText.write(body).getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(512);
    head.append(caller.requestHead(method, path));
    if (body != null) {
      head.append("Content-Type: application/json\r\nContent-Length: ").append(content.length);
      head.append("\r\n");
    }
    byte[] headBytes = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[headBytes.length + content.length];
    System.arraycopy(headBytes, 0, all, 0, headBytes.length);
    System.arraycopy(content, 0, all, headBytes.length, content.length);
    return all;
  }

  private void sendWaiting() {
    while (!waiting.isEmpty()) {
      HttpConnection free = free();
      if (free == null) {
        return;
      }
      Request request = waiting.poll();
      free.send(request.method(), request.bytes(), request.answer());
    }
  }

  private HttpConnection free() {
    for (HttpConnection connection : connections) {
      if (connection.isFree()) {
        return connection;
      }
    }
    if (connections.size() >= maxConnections) {
      return null;
    }
    HttpConnection fresh =
        new HttpConnection(wire, caller.node(), this::sendWaiting, this::onClosed);
    connections.add(fresh);
    return fresh;
  }

  private void onClosed(HttpConnection connection, Throwable reason) {
    connections.remove(connection);
    if (reason instanceof ProtocolViolation) {
      violations.add(caller.user() + ": " + reason.getMessage());
    }
    sendWaiting();
  }

  /** Cuts all connections: what is under way has an unknown outcome. */
  public void cut() {
    wire.execute(() -> List.copyOf(connections).forEach(HttpConnection::reset));
  }

  /** What arrived that should not have; bytes of somebody else's response, for one. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /** A text as a part of a path or query. */
  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
