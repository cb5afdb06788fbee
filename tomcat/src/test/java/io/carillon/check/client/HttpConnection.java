package io.carillon.check.client;

import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.Wire;
import io.carillon.check.wire.WireConnection;
import io.carillon.check.wire.WireListener;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * A connection that is kept for one request after another. Whatever arrives outside of a response
 * is a violation. Confined to the wire's thread, but for {@link #reset}.
 */
final class HttpConnection implements WireListener, HttpReader.Listener {
  private final WireConnection connection;
  private final HttpReader reader = new HttpReader(this);
  private final BiConsumer<HttpConnection, Throwable> onClosed;
  private final Runnable onIdle;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private HttpReader.Head head;
  private CompletableFuture<Answer> waiting;
  private boolean isClosed;

  HttpConnection(
      Wire wire,
      InetSocketAddress node,
      Runnable onIdle,
      BiConsumer<HttpConnection, Throwable> onClosed) {
    this.onIdle = onIdle;
    this.onClosed = onClosed;
    this.connection = wire.connect(node, 0, this);
  }

  boolean isFree() {
    return waiting == null && !isClosed;
  }

  boolean owes(CompletableFuture<Answer> answer) {
    return waiting == answer;
  }

  void send(String method, byte[] request, CompletableFuture<Answer> answer) {
    waiting = answer;
    reader.expect(method);
    connection.write(request);
  }

  void reset() {
    connection.reset();
  }

  @Override
  public void opened() {}

  @Override
  public void received(ByteBuffer bytes) {
    reader.read(bytes);
  }

  @Override
  public void head(HttpReader.Head responseHead) {
    head = responseHead;
    body.reset();
  }

  @Override
  public void body(ByteBuffer part) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    body.write(bytes, 0, bytes.length);
  }

  @Override
  public void end() {
    CompletableFuture<Answer> done = waiting;
    waiting = null;
    if (head.closes()) {
      isClosed = true;
      connection.close();
    }
    done.complete(new Answer(head, body.toByteArray()));
    if (isFree()) {
      onIdle.run();
    }
  }

  @Override
  public void closed(Throwable reason) {
    isClosed = true;
    Throwable cause = reason;
    try {
      reader.finish();
    } catch (RuntimeException cutShort) {
      cause = cause == null ? cutShort : cause;
    }
    if (waiting != null) {
      CompletableFuture<Answer> lost = waiting;
      waiting = null;
      lost.completeExceptionally(new ConnectionLost("no answer", cause));
    }
    onClosed.accept(this, reason);
  }
}
