package io.carillon.servers;

import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.Refused;
import io.carillon.check.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A socket that remembers what it got. Any thread. */
public final class HeardSocket implements NativeSocketClient.Listener {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Frame> frames = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private volatile NativeSocketClient client; // set before it is handed out
  private volatile Throwable failure;

  private HeardSocket() {}

  /** Opens one; a refusal is thrown as {@link Refused}. */
  static HeardSocket open(Wire wire, Caller caller, int receiveBufferBytes, String more) {
    HeardSocket socket = begin(wire, caller, receiveBufferBytes, more);
    Site.get(socket.client.ready());
    return socket;
  }

  /** Asks for one. */
  static HeardSocket begin(Wire wire, Caller caller, int receiveBufferBytes, String more) {
    HeardSocket socket = new HeardSocket();
    socket.client = NativeSocketClient.connect(wire, caller, receiveBufferBytes, more, socket);
    return socket;
  }

  public NativeSocketClient client() {
    return client;
  }

  /** Asks, and waits for the answer. */
  Frame ask(String event, Map<String, Object> data) {
    return Site.get(client.ask(event, data));
  }

  public Frame join(String channel) {
    return ask("channel:join", Map.of("channelId", channel));
  }

  Frame say(String channel, String text) {
    return ask("message:send", Map.of("channelId", channel, "content", text));
  }

  /** The code of what is asked for and refused. */
  String refusal(String event, Map<String, Object> data) {
    try {
      return ask(event, data).event();
    } catch (Refused e) {
      return e.code();
    }
  }

  /** Everything so far. */
  List<Frame> frames() {
    return frames;
  }

  public List<Frame> frames(String event) {
    return frames.stream().filter(frame -> frame.event().equals(event)).toList();
  }

  /** Contents of chat messages, in order. */
  public List<Object> contents() {
    return frames("message:new").stream().map(frame -> frame.data().get("content")).toList();
  }

  /** The first frame of this kind, once it is there. */
  public Frame heard(String event) {
    return heard(event, frame -> true);
  }

  public Frame heard(String event, Predicate<Frame> which) {
    await().atMost(PATIENCE).until(() -> frames(event).stream().anyMatch(which));
    return frames(event).stream().filter(which).findFirst().orElseThrow();
  }

  /** The code that it was closed with, once it is; 1006 where nothing was said. */
  int closeCode() {
    return Site.get(closed);
  }

  boolean isClosed() {
    return closed.isDone();
  }

  /** What broke it, or null. */
  Throwable failure() {
    return failure;
  }

  @Override
  public void frame(Frame frame) {
    frames.add(frame);
  }

  @Override
  public void closed(int code, String reason, Throwable why) {
    failure = why;
    closed.complete(code);
  }
}
