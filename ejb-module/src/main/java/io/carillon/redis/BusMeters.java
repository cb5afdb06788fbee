package io.carillon.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;

/** What goes over the bus, and what does not. Any thread. */
final class BusMeters {
  private final MeterRegistry registry;
  private final Counter sent;
  private final Counter received;
  private final Counter unsent;
  private final Counter reconnects;

  BusMeters(MeterRegistry registry) {
    this.registry = registry;
    sent = counter("carillon.bus.sent", "Events handed to Redis for other nodes");
    received = counter("carillon.bus.received", "Events that other nodes have sent");
    unsent =
        counter(
            "carillon.bus.unsent",
            "Events that Redis could not take; logged ones reach other nodes by the sweep");
    reconnects = counter("carillon.bus.reconnects", "Times that Redis was found again");
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  void connected(BooleanSupplier isConnected) {
    Gauge.builder("carillon.bus.connected", () -> isConnected.getAsBoolean() ? 1 : 0)
        .description("Whether Redis is reached: 1 or 0")
        .register(registry);
  }

  void sent(int events) {
    sent.increment(events);
  }

  void received(int events) {
    received.increment(events);
  }

  void unsent(int events) {
    unsent.increment(events);
  }

  void reconnected() {
    reconnects.increment();
  }

  /**
   * @param reason one of a handful of fixed words
   */
  void rejected(String reason) {
    Counter.builder("carillon.bus.rejected")
        .tag("reason", reason)
        .description("Messages on the bus that no node of this cluster has written")
        .register(registry)
        .increment();
  }
}
