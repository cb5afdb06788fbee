package io.carillon.gateway.sse;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A container's sink; an event is out when a test says so. */
final class FakeSink implements SseEventSink {
  final List<OutboundSseEvent> events = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Void>> underWay = new CopyOnWriteArrayList<>();
  volatile boolean atOnce;
  volatile boolean closed;

  FakeSink sendingAtOnce() {
    atOnce = true;
    return this;
  }

  /** Those whose end nobody has told yet. */
  long underWay() {
    return underWay.stream().filter(sending -> !sending.isDone()).count();
  }

  void finishNext() {
    underWay.stream().filter(sending -> !sending.isDone()).findFirst().orElseThrow().complete(null);
  }

  void failNext(Throwable failure) {
    underWay.stream()
        .filter(sending -> !sending.isDone())
        .findFirst()
        .orElseThrow()
        .completeExceptionally(failure);
  }

  List<Object> data() {
    return events.stream().map(event -> event.getData()).toList();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public CompletionStage<?> send(OutboundSseEvent event) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    events.add(event);
    CompletableFuture<Void> sending = new CompletableFuture<>();
    if (atOnce) {
      sending.complete(null);
    } else {
      underWay.add(sending);
    }
    return sending;
  }

  @Override
  public void close() {
    closed = true;
  }
}
