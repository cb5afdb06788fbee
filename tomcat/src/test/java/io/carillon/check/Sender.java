package io.carillon.check;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Makes attempts to store something, over REST or a socket, and records how each ended. Any thread;
 * the stages complete on the wire's and never fail.
 */
public final class Sender {
  /** Codes that leave open whether it has happened. */
  private static final Set<String> UNDECIDED = Set.of("INTERNAL", "OVERLOADED", "DRAINING");

  private final Recorder recorder;
  private final RestClient rest;
  private final Supplier<Optional<NativeSocketClient>> socket;

  /**
   * @param socket the open one, if there is one just now
   */
  public Sender(Recorder recorder, RestClient rest, Supplier<Optional<NativeSocketClient>> socket) {
    this.recorder = recorder;
    this.rest = rest;
    this.socket = socket;
  }

  private Caller caller() {
    return rest.caller();
  }

  private String channel(String name) {
    return Recorder.channel(caller().organization(), name);
  }

  /** A new message; nothing is sent yet. */
  public Message message(String channel, String clientId, String content) {
    return new Message(
        channel,
        clientId,
        content,
        recorder.send(channel(channel), caller().user(), clientId, content));
  }

  /** What is to be sent, as often as it takes. */
  public record Message(String channel, String clientId, String content, Operation operation) {}

  public CompletableFuture<Void> sendByRest(Message message) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("content", message.content());
    body.put("clientId", message.clientId());
    Operation.Pending attempt = message.operation().begin("rest");
    return rest.post(path(message.channel()), body)
        .thenAccept(answer -> stored(attempt, answer.orRefused(), "offset"))
        .exceptionally(failure -> failed(attempt, failure));
  }

  /** Over the socket, if there is one just now; else by REST. */
  CompletableFuture<Void> sendBySocket(Message message) {
    Optional<NativeSocketClient> open = socket.get();
    if (open.isEmpty()) {
      return sendByRest(message);
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("channelId", message.channel());
    data.put("content", message.content());
    data.put("clientId", message.clientId());
    Operation.Pending attempt = message.operation().begin("socket");
    return open.get()
        .ask("message:send", data)
        .thenAccept(
            frame ->
                attempt.ok(
                    (Long) frame.data().get("offset"),
                    (String) frame.data().get("id"),
                    (Boolean) frame.data().get("duplicate")))
        .exceptionally(failure -> failed(attempt, failure));
  }

  /** Changes a message of this sender's, once. */
  CompletableFuture<Void> edit(String channel, String id, String content, boolean overSocket) {
    Operation.Pending attempt =
        recorder.edit(channel(channel), caller().user(), id, content).begin("edit");
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("content", content);
    return change(attempt, "message:edit", "PATCH", channel, id, data, overSocket);
  }

  CompletableFuture<Void> delete(String channel, String id, boolean overSocket) {
    Operation.Pending attempt =
        recorder.delete(channel(channel), caller().user(), id).begin("delete");
    return change(
        attempt, "message:delete", "DELETE", channel, id, new LinkedHashMap<>(), overSocket);
  }

  private CompletableFuture<Void> change(
      Operation.Pending attempt,
      String event,
      String method,
      String channel,
      String id,
      Map<String, Object> data,
      boolean overSocket) {
    Optional<NativeSocketClient> open = overSocket ? socket.get() : Optional.empty();
    CompletableFuture<Void> done;
    if (open.isPresent()) {
      data.put("channelId", channel);
      data.put("id", id);
      done =
          open.get()
              .ask(event, data)
              .thenAccept(frame -> attempt.ok((Long) frame.data().get("offset"), id, false));
    } else {
      String path = path(channel) + '/' + id;
      CompletableFuture<Answer> answer =
          method.equals("PATCH") ? rest.patch(path, data) : rest.delete(path);
      done = answer.thenAccept(a -> stored(attempt, a.orRefused(), "revision"));
    }
    return done.exceptionally(failure -> failed(attempt, failure));
  }

  /** Whether history has a message at its place. */
  CompletableFuture<Boolean> isInHistory(Message message) {
    long offset = message.operation().revision();
    return rest.get(path(message.channel()) + "?limit=1&after=" + (offset - 1))
        .thenApply(
            answer -> {
              List<?> page = JsonText.asList(answer.orRefused().json().get("messages"));
              return !page.isEmpty()
                  && message.operation().id().equals(JsonText.asObject(page.get(0)).get("id"));
            });
  }

  private static String path(String channel) {
    return "/api/channels/" + RestClient.encode(channel) + "/messages";
  }

  private static void stored(Operation.Pending attempt, Answer answer, String placeName) {
    Map<String, Object> message = answer.json();
    attempt.ok(
        (Long) message.get(placeName),
        (String) message.get("id"),
        placeName.equals("offset") && answer.status() == 200);
  }

  private static Void failed(Operation.Pending attempt, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof Refused refused && !UNDECIDED.contains(refused.code())) {
      attempt.refused(refused.code());
    } else {
      attempt.unknown(String.valueOf(cause));
    }
    return null;
  }
}
