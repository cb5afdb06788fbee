package io.carillon.gateway.sse;

import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.transport.SseText;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A sink of the container behind a bounded queue: one event is being sent at a time, so that a slow
 * client fills this queue and not the container's, which has no limit. Any thread.
 */
final class ForeignSink implements FrameWriter {
  private final SseEventSink sink;
  private final OutboundQueue queue;
  private final Consumer<Throwable> whenFailed;
  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile boolean inFlight;

  /**
   * @param whenFailed called once, when an event could not be sent or did not fit
   */
  ForeignSink(SseEventSink sink, int maxQueuedBytes, Consumer<Throwable> whenFailed) {
    this.sink = sink;
    this.queue = new OutboundQueue(this, maxQueuedBytes);
    this.whenFailed = whenFailed;
  }

  OutboundQueue queue() {
    return queue;
  }

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    if (inFlight) {
      return 0; // the end of that send calls writable()
    }
    inFlight = true;
    CompletionStage<?> sending;
    try {
      sending = sink.send(SseText.parse(frames[0].bytes()));
    } catch (RuntimeException e) { // closed, most of all
      throw new IOException("the container's sink takes no event", e);
    }
    sending.whenComplete(
        (sent, failure) -> {
          if (failure == null) {
            inFlight = false;
            queue.writable();
          } else {
            queue.close();
            fail(failure);
          }
        });
    return 1;
  }

  @Override
  public void aborted(ErrorCode reason) {
    fail(new IOException(reason.name()));
  }

  /** The event under way may fail after the queue has overflown. */
  private void fail(Throwable failure) {
    if (failed.compareAndSet(false, true)) {
      whenFailed.accept(failure);
    }
  }
}
