package io.carillon.presence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What presence counts on this node. Any thread. */
final class PresenceMeters {
  private final Map<PresenceTransition.Change, Counter> transitions =
      new EnumMap<>(PresenceTransition.Change.class);
  private final Counter cancelled;
  private final Counter dropped;
  private final Counter refused;
  private final Counter failures;

  PresenceMeters(MeterRegistry registry, LocalConnections connections) {
    for (PresenceTransition.Change change : PresenceTransition.Change.values()) {
      transitions.put(
          change,
          Counter.builder("carillon.presence.transitions")
              .tag("change", change.name())
              .description("Users who came online or went offline, as decided for this node")
              .register(registry));
    }
    cancelled =
        counter(
            registry,
            "carillon.presence.cancelled",
            "Transitions not announced because they took back one that was not announced yet");
    dropped =
        counter(
            registry,
            "carillon.presence.dropped",
            "Transitions left out because the organization's budget of deliveries was used up");
    refused =
        counter(
            registry,
            "carillon.presence.refused",
            "Connections and channels not tracked because this node has too many entries");
    failures =
        counter(
            registry,
            "carillon.presence.failures",
            "Calls of the presence store that failed and are made up for later");
    Gauge.builder("carillon.presence.entries", connections, LocalConnections::entries)
        .description("Presence entries that this node keeps alive")
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  void transition(PresenceTransition.Change change) {
    transitions.get(change).increment();
  }

  void cancelled() {
    cancelled.increment();
  }

  void dropped() {
    dropped.increment();
  }

  void refused() {
    refused.increment();
  }

  void failure() {
    failures.increment();
  }
}
