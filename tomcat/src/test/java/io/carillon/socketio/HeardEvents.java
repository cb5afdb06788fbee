package io.carillon.socketio;

import io.carillon.check.wire.JsonText;
import io.carillon.socketio.OfficialClient.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What one client has heard. Any thread. */
final class HeardEvents {
  private static final Duration PATIENCE = Duration.ofSeconds(90); // the machine may be busy

  private final String who;
  private final List<Event> events = new ArrayList<>(); // guarded by this

  HeardEvents(String who) {
    this.who = who;
  }

  synchronized void add(Event event) {
    events.add(event);
    notifyAll();
  }

  synchronized List<Event> all() {
    return List.copyOf(events);
  }

  synchronized Event await(String name, Predicate<List<?>> like) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int looked = 0;
    while (true) {
      for (; looked < events.size(); looked++) {
        Event event = events.get(looked);
        if (event.name().equals(name) && like.test(event.args())) {
          return event;
        }
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(who + " has not heard " + name + ", but " + last());
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private List<Event> last() {
    return events.subList(Math.max(0, events.size() - 20), events.size());
  }

  synchronized List<Map<String, Object>> objects(String name) {
    return events.stream()
        .filter(event -> event.name().equals(name))
        .map(event -> JsonText.asObject(event.args().get(0)))
        .toList();
  }
}
