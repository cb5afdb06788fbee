package io.carillon.rights;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * One caller who listens to one channel in every way there is. Remembers what each way brings, and
 * when and how it ends. Any thread.
 */
final class Audience {
  static final String SOCKET = "socket";
  static final String STREAM = "stream";
  static final String MIXED = "mixed stream";
  static final String POLL = "poll";

  private static final Duration POLL_WAIT = Duration.ofSeconds(25);

  /**
   * An end of a way.
   *
   * @param how the code that it ended with, a socket's close code, or the events that a poll brings
   * @param nanos when, as {@link System#nanoTime} counts
   */
  record End(String how, long nanos) {}

  private final String channel;
  private final Map<String, CompletableFuture<End>> ends = new LinkedHashMap<>();
  private final Queue<String> heard = new ConcurrentLinkedQueue<>();
  private final NativeSocketClient socket;
  private final CompletableFuture<SseClient> stream;
  private final CompletableFuture<SseClient> mixed;
  private final PollClient poll;

  /** Begins to listen; {@link #ready} tells when all but the poll have begun. */
  Audience(Wire wire, Caller caller, String channel) {
    this.channel = channel;
    for (String way : List.of(SOCKET, STREAM, MIXED)) {
      ends.put(way, new CompletableFuture<>());
    }
    String name = Http.encode(channel);
    socket = NativeSocketClient.connect(wire, caller, new OnSocket());
    stream = open(wire, caller, STREAM, "/api/channels/" + name + "/events");
    mixed = open(wire, caller, MIXED, "/api/events?channel=" + name);
    poll = new PollClient(new RestClient(wire, caller), List.of(channel));
  }

  private CompletableFuture<SseClient> open(Wire wire, Caller caller, String way, String path) {
    return SseClient.open(wire, caller, path, "", new OnStream(way)).ready();
  }

  /** Completes when the socket has joined, and the streams have begun. */
  CompletableFuture<Void> ready() {
    CompletableFuture<Frame> joined =
        socket.ready().thenCompose(s -> s.ask("channel:join", Map.of("channelId", channel)));
    return CompletableFuture.allOf(joined, stream, mixed);
  }

  /**
   * Begins a poll for what is new from now on; there must be no more than one.
   *
   * @return completes when the poll is on its way
   */
  CompletableFuture<Void> poll() {
    CompletableFuture<End> end = new CompletableFuture<>();
    ends.put(POLL, end);
    return poll.poll("", Duration.ZERO)
        .thenAccept(
            present ->
                poll.poll((String) present.get("position"), POLL_WAIT)
                    .whenComplete(
                        (answer, failure) ->
                            end.complete(new End(outcome(answer, failure), System.nanoTime()))));
  }

  private static String outcome(Map<String, Object> answer, Throwable failure) {
    if (failure == null) {
      return JsonText.asList(answer.get("events")).stream()
          .map(event -> String.valueOf(JsonText.asObject(event).get("event")))
          .collect(Collectors.joining(","));
    }
    return failure.getCause() instanceof Refused refused ? refused.code() : failure.toString();
  }

  /** Asks over the socket. */
  CompletableFuture<Frame> ask(String event, Map<String, Object> members) {
    Map<String, Object> data = new LinkedHashMap<>(members);
    data.put("channelId", channel);
    return socket.ask(event, data);
  }

  /** By the way's name; a poll's end is its answer. */
  Map<String, CompletableFuture<End>> ends() {
    return ends;
  }

  /** Whether the socket and both streams have brought this text. */
  boolean hasHeardEverywhere(String text) {
    return List.of(SOCKET, STREAM, MIXED).stream().allMatch(way -> hasHeard(way, text));
  }

  /** Whether any way has brought this text. */
  boolean hasHeard(String text) {
    return heard.stream().anyMatch(event -> event.contains(text));
  }

  private boolean hasHeard(String way, String text) {
    return heard.stream().anyMatch(event -> event.startsWith(way) && event.contains(text));
  }

  void leave() {
    socket.cut();
    stream.thenAccept(SseClient::cut);
    mixed.thenAccept(SseClient::cut);
    poll.cut();
  }

  private void end(String way, String how) {
    ends.get(way).complete(new End(how, System.nanoTime()));
  }

  private final class OnSocket implements NativeSocketClient.Listener {
    @Override
    public void frame(Frame frame) {
      if (frame.event().equals("channel:left") && channel.equals(frame.data().get("channelId"))) {
        end(SOCKET, String.valueOf(frame.data().get("code")));
      } else {
        heard.add(SOCKET + ' ' + frame);
      }
    }

    @Override
    public void closed(int code, String reason, Throwable failure) {
      end(SOCKET, Integer.toString(code));
    }
  }

  private final class OnStream implements SseClient.Listener {
    private final String way;
    private String lastWords = "nothing"; // of the wire's thread

    OnStream(String way) {
      this.way = way;
    }

    @Override
    public void event(SseReader.Event event) {
      if (event.type().equals("error")) {
        lastWords = String.valueOf(JsonText.object(event.data()).get("code"));
      } else {
        heard.add(way + ' ' + event.data());
      }
    }

    @Override
    public void closed(Throwable failure) {
      end(way, failure == null ? lastWords : failure.toString());
    }
  }
}
