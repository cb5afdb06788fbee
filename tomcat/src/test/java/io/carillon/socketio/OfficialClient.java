package io.carillon.socketio;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * One socket of an official client, whichever it is. Beside the server's events it tells of {@code
 * $connect}, {@code $connect_error}, {@code $disconnect} and {@code $upgrade}. Any thread.
 */
interface OfficialClient {

  /** Something that has happened, with the arguments that came with it. */
  record Event(String name, List<?> args) {}

  void emit(Object... eventAndArguments);

  /** Emits with a callback; completes with the callback's first argument. */
  CompletableFuture<Object> ask(Object... eventAndArguments);

  /** Everything that has happened so far, in order. */
  List<Event> heard();

  /** Waits for an event like this, whenever it came. */
  Event await(String event, Predicate<List<?>> like);

  default Event await(String event) {
    return await(event, args -> true);
  }

  /** The events of one name, so far: the objects that came with them. */
  List<Map<String, Object>> objects(String event);

  /** Loses the connection; the client comes back by itself. */
  void cut();

  void close();
}
