package io.carillon.check.client;

import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.ProtocolViolation;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import io.carillon.check.wire.WireConnection;
import io.carillon.check.wire.WireListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * One connection to an event stream. It does not come back by itself. Any thread; the listener is
 * called on the wire's.
 */
public final class SseClient {
  /** Hears of the stream. */
  public interface Listener extends SseReader.Listener {
    default void opened(HttpReader.Head head) {}

    /**
     * The last call.
     *
     * @param failure null where the stream was ended in order, or by us
     */
    void closed(Throwable failure);
  }

  private final Wire wire;
  private final Listener listener;
  private final CompletableFuture<SseClient> ready = new CompletableFuture<>();
  private final SseReader events;
  private WireConnection connection; // of the wire's thread
  private volatile boolean ended;

  private SseClient(
      Wire wire,
      Caller caller,
      String path,
      String lastEventId,
      int receiveBufferBytes,
      Listener listener) {
    this.wire = wire;
    this.listener = listener;
    this.events = new SseReader(listener);
    StringBuilder head = new StringBuilder(512);
    head.append(caller.requestHead("GET", path)).append("Accept: text/event-stream\r\n");
    head.append("Accept-Encoding: gzip, br\r\n"); // as browsers do, and must not get
    if (!lastEventId.isEmpty()) {
      head.append("Last-Event-ID: ").append(lastEventId).append("\r\n");
    }
    byte[] request = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    // On the wire's thread: what is heard of a connection then comes after its field is set.
    wire.execute(
        () -> connection = wire.connect(caller.node(), receiveBufferBytes, new Stream(request)));
  }

  /**
   * @param lastEventId empty for none
   */
  public static SseClient open(
      Wire wire, Caller caller, String path, String lastEventId, Listener listener) {
    return open(wire, caller, path, lastEventId, 0, listener);
  }

  /**
   * @param receiveBufferBytes of the kernel; small for a client that is to be slow
   */
  public static SseClient open(
      Wire wire,
      Caller caller,
      String path,
      String lastEventId,
      int receiveBufferBytes,
      Listener listener) {
    return new SseClient(wire, caller, path, lastEventId, receiveBufferBytes, listener);
  }

  /** Completes when the head has come; exceptionally with {@link Refused} or a loss. */
  public CompletableFuture<SseClient> ready() {
    return ready;
  }

  /** What a browser would send as {@code Last-Event-ID} now; of the wire's thread. */
  public String lastId() {
    return events.lastId();
  }

  /** Whether the server ended the stream in order; of the wire's thread. */
  public boolean isEnded() {
    return ended;
  }

  public long comments() {
    return events.comments();
  }

  public long retryMillis() {
    return events.retryMillis();
  }

  public void pause() {
    wire.execute(() -> connection.pause());
  }

  public void resume() {
    wire.execute(() -> connection.resume());
  }

  /** Breaks off with a RST. */
  public void cut() {
    wire.execute(() -> connection.reset());
  }

  /** Leaves as a browser does. */
  public void leave() {
    wire.execute(() -> connection.close());
  }

  private final class Stream implements WireListener, HttpReader.Listener {
    private final byte[] request;
    private final HttpReader http = new HttpReader(this);
    private final StringBuilder refusal = new StringBuilder();
    private HttpReader.Head head;

    Stream(byte[] request) {
      this.request = request;
    }

    @Override
    public void opened() {
      http.expect("GET");
      connection.write(request);
    }

    @Override
    public void received(ByteBuffer bytes) {
      http.read(bytes);
    }

    @Override
    public void head(HttpReader.Head responseHead) {
      head = responseHead;
      if (head.status() != 200) {
        return;
      }
      if (!head.header("content-type").startsWith("text/event-stream")) {
        throw new ProtocolViolation("no event stream: " + head);
      }
      listener.opened(head);
      ready.complete(SseClient.this);
    }

    @Override
    public void body(ByteBuffer part) {
      if (head.status() == 200) {
        events.read(part);
      } else {
        refusal.append(StandardCharsets.UTF_8.decode(part));
      }
    }

    @Override
    public void end() {
      ended = true;
      connection.close();
    }

    @Override
    public void closed(Throwable reason) {
      if (!ready.isDone()) {
        ready.completeExceptionally(
            head == null || head.status() == 200
                ? new ConnectionLost("no stream", reason)
                : new Refused(String.valueOf(head.status()), refusal.toString()));
      }
      listener.closed(reason);
    }
  }
}
