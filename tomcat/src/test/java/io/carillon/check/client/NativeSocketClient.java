package io.carillon.check.client;

import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.ProtocolViolation;
import io.carillon.check.wire.WebSocketFrames;
import io.carillon.check.wire.WebSocketReader;
import io.carillon.check.wire.Wire;
import io.carillon.check.wire.WireConnection;
import io.carillon.check.wire.WireListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One connection to {@code /ws}, subprotocol {@code carillon.v1}. It does not come back by itself.
 * Any thread; the listener is called on the wire's, in the order of arrival.
 */
public final class NativeSocketClient {
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int LOST = 1006;

  /**
   * What the server sends.
   *
   * @param ref of the frame that it answers, or null
   * @param id the position of a logged event, or null
   */
  public record Frame(String event, String ref, String id, Map<String, Object> data) {}

  /** Hears of the connection. */
  public interface Listener {
    default void opened() {}

    /**
     * The server answered with something else than an upgrade; {@link #closed} follows.
     *
     * @param retryAfter when to come back, where it said that
     */
    default void refused(int status, Optional<Duration> retryAfter) {}

    /** Every frame, answers too. */
    void frame(Frame frame);

    /**
     * The last call.
     *
     * @param code of the server's close frame, or 1006
     * @param failure null unless the connection broke or the server broke the protocol
     */
    void closed(int code, String reason, Throwable failure);
  }

  private final Wire wire;
  private final Listener listener;
  private final String key;
  private final CompletableFuture<NativeSocketClient> ready = new CompletableFuture<>();

  // Of the wire's thread.
  private WireConnection connection;
  private final Map<String, CompletableFuture<Frame>> asked = new HashMap<>();
  private long lastRef;
  private boolean open;
  private boolean mute;
  private int closeCode = LOST;
  private String closeReason = "";
  private boolean closed;
  private long heardNanos = System.nanoTime();

  private NativeSocketClient(Wire wire, Listener listener) {
    this.wire = wire;
    this.listener = listener;
    byte[] nonce = new byte[16];
    ThreadLocalRandom.current().nextBytes(nonce);
    this.key = Base64.getEncoder().encodeToString(nonce);
  }

  public static NativeSocketClient connect(Wire wire, Caller caller, Listener listener) {
    return connect(wire, caller, 0, listener);
  }

  /**
   * @param receiveBufferBytes of the kernel; small for a client that is to be slow
   */
  public static NativeSocketClient connect(
      Wire wire, Caller caller, int receiveBufferBytes, Listener listener) {
    return connect(wire, caller, receiveBufferBytes, "", listener);
  }

  /**
   * @param more header lines, each with its line end
   */
  public static NativeSocketClient connect(
      Wire wire, Caller caller, int receiveBufferBytes, String more, Listener listener) {
    NativeSocketClient client = new NativeSocketClient(wire, listener);
    // On the wire's thread: what is heard of a connection then comes after its field is set.
    wire.execute(
        () ->
            client.connection =
                wire.connect(
                    caller.node(),
                    receiveBufferBytes,
                    client.new Handshake(client.request(caller, more))));
    return client;
  }

  /** Completes when the socket is open; exceptionally with {@link Refused} or a loss. */
  public CompletableFuture<NativeSocketClient> ready() {
    return ready;
  }

  private byte[] request(Caller caller, String more) {
    return (caller.requestHead("GET", "/ws")
            + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
            + "\r\nSec-WebSocket-Protocol: carillon.v1\r\nSec-WebSocket-Key: "
            + key
            + "\r\n"
            + more
            + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Sends a frame with a reference; completes with the answer that bears it.
   *
   * @return fails with {@link Refused} for an error frame, with {@link ConnectionLost} if the
   *     connection ends first
   */
  public CompletableFuture<Frame> ask(String event, Map<String, Object> data) {
    CompletableFuture<Frame> answer = new CompletableFuture<>();
    wire.execute(
        () -> {
          if (closed) {
            answer.completeExceptionally(new ConnectionLost("closed before", null));
            return;
          }
          String ref = Long.toString(++lastRef);
          asked.put(ref, answer);
          write(event, ref, data);
        });
    return answer;
  }

  private void write(String event, String ref, Map<String, Object> data) {
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("event", event);
    frame.put("ref", ref);
    frame.put("data", data);
    connection.write(WebSocketFrames.text(JsonText.write(frame)));
  }

  /** Sends bytes as they are. */
  public void sendRaw(byte[] bytes) {
    wire.execute(() -> connection.write(bytes));
  }

  /** Reads nothing until {@link #resume}. */
  public void pause() {
    wire.execute(() -> connection.pause());
  }

  public void resume() {
    wire.execute(() -> connection.resume());
  }

  /** Answers no ping any more. */
  public void fallSilent() {
    wire.execute(() -> mute = true);
  }

  /** Leaves with a close frame. */
  public void leave() {
    wire.execute(() -> connection.write(WebSocketFrames.close(1000)));
  }

  /** Breaks off with a RST. */
  public void cut() {
    wire.execute(() -> connection.reset());
  }

  private final class Handshake
      implements WireListener, HttpReader.Listener, WebSocketReader.Listener {
    private final byte[] request;
    private final HttpReader http = new HttpReader(this);
    private final WebSocketReader frames = new WebSocketReader(this);
    private final StringBuilder refusal = new StringBuilder();
    private HttpReader.Head head;

    Handshake(byte[] request) {
      this.request = request;
    }

    @Override
    public void opened() {
      http.expect("GET");
      connection.write(request);
    }

    @Override
    public void received(ByteBuffer bytes) {
      heardNanos = System.nanoTime();
      http.read(bytes);
    }

    @Override
    public void head(HttpReader.Head responseHead) {
      head = responseHead;
      if (head.status() != 101) {
        String seconds = head.header("retry-after");
        listener.refused(
            head.status(),
            seconds.isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Long.parseLong(seconds))));
        return;
      }
      if (!head.header("sec-websocket-accept").equals(accept(key))
          || !head.header("sec-websocket-protocol").equals("carillon.v1")
          || !head.header("sec-websocket-extensions").isEmpty()) {
        throw new ProtocolViolation("handshake: " + head);
      }
      open = true;
      listener.opened();
      ready.complete(NativeSocketClient.this);
    }

    @Override
    public void body(ByteBuffer part) {
      if (open) {
        frames.read(part);
      } else {
        refusal.append(StandardCharsets.UTF_8.decode(part));
      }
    }

    @Override
    public void end() {
      connection.close();
    }

    @Override
    public void text(String message) {
      Map<String, Object> frame = JsonText.object(message);
      received(
          new Frame(
              (String) frame.get("event"),
              (String) frame.get("ref"),
              (String) frame.get("id"),
              JsonText.asObject(frame.get("data"))));
    }

    private void received(Frame frame) {
      listener.frame(frame);
      if (frame.ref() == null) {
        return;
      }
      CompletableFuture<Frame> answer = asked.remove(frame.ref());
      if (answer == null) {
        throw new ProtocolViolation("an answer to nothing: " + frame);
      }
      if (frame.event().equals("error")) {
        answer.completeExceptionally(
            new Refused(
                String.valueOf(frame.data().get("code")),
                String.valueOf(frame.data().get("message"))));
      } else {
        answer.complete(frame);
      }
    }

    @Override
    public void ping(byte[] payload) {
      if (!mute) {
        connection.write(WebSocketFrames.pong(payload));
      }
    }

    @Override
    public void pong(byte[] payload) {}

    @Override
    public void close(int code, String reason) {
      closeCode = code;
      closeReason = reason;
      connection.write(WebSocketFrames.close(code == 1005 ? 1000 : code));
      connection.finish();
    }

    @Override
    public void closed(Throwable reason) {
      closed = true;
      if (!ready.isDone()) {
        ready.completeExceptionally(
            head == null || head.status() == 101
                ? new ConnectionLost("no handshake", reason)
                : new Refused(String.valueOf(head.status()), refusal.toString()));
      }
      listener.closed(closeCode, closeReason, reason);
      asked.values().forEach(a -> a.completeExceptionally(new ConnectionLost("no answer", reason)));
      asked.clear();
    }
  }

  /** What it is at, for people who look for a fault: read without care from any thread. */
  @Override
  public String toString() {
    return "open=%s closed=%s code=%d heard %.1f s ago, unanswered=%s"
        .formatted(open, closed, closeCode, (System.nanoTime() - heardNanos) / 1e9, asked.keySet());
  }

  private static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + ACCEPT_GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
