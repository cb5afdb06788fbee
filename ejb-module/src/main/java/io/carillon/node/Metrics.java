package io.carillon.node;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.Publication;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What this node counts; all names begin with {@code carillon_}. Meters are made once, so counting
 * is an addition. Any thread.
 */
@ApplicationScoped
public class Metrics {
  private final MeterRegistry registry;
  private final AtomicInteger subscriptions = new AtomicInteger();
  private final AtomicInteger activeChannels = new AtomicInteger();
  private final Map<String, AtomicInteger> connections = new ConcurrentHashMap<>();
  private final Map<ErrorCode, Counter> refusals = new EnumMap<>(ErrorCode.class);
  private final Map<String, Counter> publishes = new ConcurrentHashMap<>();
  private final Counter deliveries;
  private final Counter dropped;
  private final Counter queueOverflows;
  private final Counter hubOverflows;
  private final Counter repaired;
  private final Counter heartbeatFailures;
  private final DistributionSummary batchSize;
  private final Timer commit;
  private final Timer latency;

  protected Metrics() { // for the client proxy
    this(new SimpleMeterRegistry());
  }

  @Inject
  public Metrics(MeterRegistry registry) {
    this.registry = registry;
    Gauge.builder("carillon.subscriptions", subscriptions, AtomicInteger::get)
        .description("Live subscriptions of channels on this node")
        .register(registry);
    Gauge.builder("carillon.channels.active", activeChannels, AtomicInteger::get)
        .description("Channels that somebody on this node listens to")
        .register(registry);
    for (ErrorCode code : ErrorCode.values()) {
      refusals.put(
          code,
          Counter.builder("carillon.refusals")
              .tag("code", code.name())
              .description("Requests and frames refused, by code")
              .register(registry));
    }
    deliveries = counter("carillon.deliveries", "Events handed to connections");
    dropped = counter("carillon.events.dropped", "Ephemeral events left out for slow connections");
    queueOverflows =
        counter("carillon.queue.overflows", "Connections closed because their queue was full");
    hubOverflows = counter("carillon.hub.overflows", "Events that the hub could not take at once");
    repaired =
        counter(
            "carillon.hub.repaired",
            "Events that came from the log because the bus did not bring them");
    heartbeatFailures =
        counter(
            "carillon.node.heartbeat.failures",
            "Heartbeats of this node that the database did not take");
    batchSize =
        DistributionSummary.builder("carillon.log.batch")
            .description("Commands stored by one commit")
            .register(registry);
    commit =
        Timer.builder("carillon.log.commit")
            .description("Time of one transaction of the log")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofSeconds(10))
            .register(registry);
    latency =
        Timer.builder("carillon.delivery.latency")
            .description(
                "From the acceptance of a message to its hand-over to the last local connection")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofSeconds(10))
            .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** An event went out to that many connections of this node. */
  public void fannedOut(int connections, Publication publication) {
    deliveries.increment(connections);
    if (publication.change() == Publication.Change.CREATED) {
      long millis = System.currentTimeMillis() - publication.createdAtMillis();
      latency.record(Math.max(0, millis), TimeUnit.MILLISECONDS);
    }
  }

  public void dropped() {
    dropped.increment();
  }

  public void queueOverflow() {
    queueOverflows.increment();
  }

  public void hubOverflow() {
    hubOverflows.increment();
  }

  public void repaired(int events) {
    repaired.increment(events);
  }

  public void heartbeatFailed() {
    heartbeatFailures.increment();
  }

  public void subscriptions(int change) {
    subscriptions.addAndGet(change);
  }

  public void activeChannels(int change) {
    activeChannels.addAndGet(change);
  }

  public void committed(int commands, long nanos) {
    batchSize.record(commands);
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  public void refused(ErrorCode code) {
    refusals.get(code).increment();
  }

  /** A message was accepted from a client. */
  public void published(String transport) {
    publishes
        .computeIfAbsent(
            transport,
            name ->
                Counter.builder("carillon.publishes")
                    .tag("transport", name)
                    .description("Messages accepted from clients, by transport")
                    .register(registry))
        .increment();
  }

  /**
   * @param transport one of a handful of fixed names
   * @param change +1 when a connection opens, -1 when it has gone
   */
  public void connections(String transport, int change) {
    connections
        .computeIfAbsent(
            transport,
            name -> {
              AtomicInteger open = new AtomicInteger();
              Gauge.builder("carillon.connections", open, AtomicInteger::get)
                  .tag("transport", name)
                  .description("Open connections, by transport")
                  .register(registry);
              return open;
            })
        .addAndGet(change);
  }

  /**
   * Says how many connections' clients take nothing just now.
   *
   * @param count asked whenever somebody reads the meters
   */
  public void stalledConnections(Supplier<Number> count) {
    Gauge.builder("carillon.connections.stalled", count)
        .description(
            "Connections that cannot be written to just now, since their clients read slowly")
        .register(registry);
  }

  /**
   * Says how many nodes there are in a state.
   *
   * @param count asked whenever somebody reads the meters
   */
  public void nodes(String state, Supplier<Number> count) {
    Gauge.builder("carillon.nodes", count)
        .tag("state", state)
        .description("Nodes on this database as this one saw them last, by state")
        .register(registry);
  }

  /** The processor time that this process takes of all there is: 0 to 100; 0 if not known. */
  public int processorPercent() {
    Gauge usage = registry.find("process.cpu.usage").gauge();
    return usage == null ? 0 : (int) Math.round(100 * usage.value()); // NaN gives 0, too
  }

  /** How old what this node knows of changes of rights is, in seconds. */
  public void rightsAge(Supplier<Number> seconds) {
    Gauge.builder("carillon.rights.age", seconds)
        .description("Time since this node last looked for changes of rights")
        .baseUnit("seconds")
        .register(registry);
  }

  /** What has been counted so far, for whoever wants to know what is new since. */
  public Reading read() {
    Map<ErrorCode, Double> refused = new EnumMap<>(ErrorCode.class);
    refusals.forEach((code, counter) -> refused.put(code, counter.count()));
    List<Reading.Bucket> buckets = new ArrayList<>();
    for (CountAtBucket bucket : latency.takeSnapshot().histogramCounts()) {
      buckets.add(
          new Reading.Bucket(bucket.bucket(TimeUnit.MILLISECONDS), Math.round(bucket.count())));
    }
    Map<String, Integer> open = new TreeMap<>();
    connections.forEach((transport, count) -> open.put(transport, count.get()));
    return new Reading(
        open,
        subscriptions.get(),
        activeChannels.get(),
        publishes.values().stream().mapToDouble(Counter::count).sum(),
        deliveries.count(),
        queueOverflows.count(),
        refused,
        latency.count(),
        buckets);
  }

  /**
   * The counters at one moment.
   *
   * @param connections open now, by transport
   * @param latencies all that were measured
   * @param buckets how many of them took no longer than each
   */
  public record Reading(
      Map<String, Integer> connections,
      int subscriptions,
      int activeChannels,
      double publishes,
      double deliveries,
      double overflows,
      Map<ErrorCode, Double> refused,
      long latencies,
      List<Bucket> buckets) {
    public Reading {
      connections = Map.copyOf(connections);
      refused = Map.copyOf(refused);
      buckets = List.copyOf(buckets);
    }

    /** How many took at most so long. */
    public record Bucket(double millis, long count) {}
  }

  public int openConnections() {
    return connections.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  public MeterRegistry registry() {
    return registry;
  }
}
