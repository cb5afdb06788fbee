package io.carillon.stream;

import io.carillon.check.client.Caller;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.HttpReader;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A stream that remembers what it got. Any thread. */
public final class EventStream implements SseClient.Listener {
  public final List<SseReader.Event> events = new CopyOnWriteArrayList<>();
  public final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile HttpReader.Head head;
  private volatile String lastId = "";
  private volatile SseClient client; // set before the stream is handed out

  /** Opens a stream and returns when its head is here. */
  public static EventStream open(Wire wire, Caller caller, String path, String lastEventId) {
    EventStream stream = begin(wire, caller, path, lastEventId, 0);
    StreamNode.await(stream.client().ready());
    return stream;
  }

  /** Asks for a stream; {@link #client()} tells what comes of it. */
  public static EventStream begin(
      Wire wire, Caller caller, String path, String lastEventId, int receiveBufferBytes) {
    EventStream stream = new EventStream();
    stream.client = SseClient.open(wire, caller, path, lastEventId, receiveBufferBytes, stream);
    return stream;
  }

  public SseClient client() {
    return client;
  }

  public HttpReader.Head head() {
    return head;
  }

  public String lastId() {
    return lastId;
  }

  public List<String> types() {
    return events.stream().map(SseReader.Event::type).toList();
  }

  /** The content of chat messages, in order. */
  public List<Object> contents() {
    return events.stream().map(event -> data(event).get("content")).toList();
  }

  public static Map<String, Object> data(SseReader.Event event) {
    return JsonText.object(event.data());
  }

  public Map<String, Object> data(int index) {
    return data(events.get(index));
  }

  @Override
  public void opened(HttpReader.Head responseHead) {
    head = responseHead;
  }

  @Override
  public void event(SseReader.Event event) {
    lastId = event.lastId();
    events.add(event);
  }

  @Override
  public void moved(String movedTo) {
    lastId = movedTo;
  }

  @Override
  public void closed(Throwable failure) {
    closed.complete(null);
  }
}
