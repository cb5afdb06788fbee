package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.node.Metrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a node does at the moment, or several together. Rates are of the last second.
 *
 * @param byTransport open connections
 * @param slowConsumers connections whose clients take nothing just now
 * @param latency from a message's acceptance to its hand-over to the last connection, over the last
 *     ten seconds; null where nothing was delivered
 * @param loadPercent of all processors of its machine, used by this process
 */
public record NodeNumbers(
    Map<String, Integer> byTransport,
    int subscriptions,
    int activeChannels,
    double publishesPerSecond,
    double deliveriesPerSecond,
    double overflowsPerSecond,
    Map<ErrorCode, Double> refusedPerSecond,
    int slowConsumers,
    Latency latency,
    int loadPercent,
    long heapUsedBytes,
    long heapMaxBytes) {
  public NodeNumbers {
    byTransport = Map.copyOf(byTransport);
    refusedPerSecond = Map.copyOf(refusedPerSecond);
  }

  /**
   * How long deliveries took.
   *
   * @param count how many there were
   */
  public record Latency(double p50, double p95, double p99, long count) {

    /**
     * What was measured between two readings; null for nothing. A percentile is a place inside the
     * bucket that it is in.
     */
    static Latency between(Metrics.Reading before, Metrics.Reading after) {
      long count = after.latencies() - before.latencies();
      if (count <= 0 || after.buckets().isEmpty()) {
        return null;
      }
      return new Latency(
          percentile(before, after, count, 0.5),
          percentile(before, after, count, 0.95),
          percentile(before, after, count, 0.99),
          count);
    }

    private static double percentile(
        Metrics.Reading before, Metrics.Reading after, long count, double share) {
      double wanted = share * count;
      double lowerMillis = 0;
      long lower = 0;
      for (int i = 0; i < after.buckets().size(); i++) {
        Metrics.Reading.Bucket bucket = after.buckets().get(i);
        long upTo = bucket.count() - countAt(before, i);
        if (upTo >= wanted) {
          double inside = upTo == lower ? 1 : (wanted - lower) / (upTo - lower);
          return lowerMillis + inside * (bucket.millis() - lowerMillis);
        }
        lower = upTo;
        lowerMillis = bucket.millis();
      }
      return lowerMillis; // longer than the last bucket tells
    }

    private static long countAt(Metrics.Reading reading, int index) {
      return index < reading.buckets().size() ? reading.buckets().get(index).count() : 0;
    }
  }

  public Optional<Latency> measuredLatency() {
    return Optional.ofNullable(latency);
  }

  public int connections() {
    return byTransport.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Several nodes as one. Percentiles of several cannot be added: the slowest node's stand for all.
   */
  static NodeNumbers sum(List<NodeNumbers> nodes) {
    Map<String, Integer> byTransport = new TreeMap<>();
    Map<ErrorCode, Double> refused = new EnumMap<>(ErrorCode.class);
    Latency latency = null;
    for (NodeNumbers node : nodes) {
      node.byTransport.forEach((name, count) -> byTransport.merge(name, count, Integer::sum));
      node.refusedPerSecond.forEach((code, rate) -> refused.merge(code, rate, Double::sum));
      latency = slower(latency, node.latency);
    }
    return new NodeNumbers(
        byTransport,
        nodes.stream().mapToInt(NodeNumbers::subscriptions).sum(),
        nodes.stream().mapToInt(NodeNumbers::activeChannels).sum(),
        nodes.stream().mapToDouble(NodeNumbers::publishesPerSecond).sum(),
        nodes.stream().mapToDouble(NodeNumbers::deliveriesPerSecond).sum(),
        nodes.stream().mapToDouble(NodeNumbers::overflowsPerSecond).sum(),
        refused,
        nodes.stream().mapToInt(NodeNumbers::slowConsumers).sum(),
        latency,
        (int) Math.round(nodes.stream().mapToInt(NodeNumbers::loadPercent).average().orElse(0)),
        nodes.stream().mapToLong(NodeNumbers::heapUsedBytes).sum(),
        nodes.stream().mapToLong(NodeNumbers::heapMaxBytes).sum());
  }

  private static Latency slower(Latency one, Latency other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return new Latency(
        Math.max(one.p50, other.p50),
        Math.max(one.p95, other.p95),
        Math.max(one.p99, other.p99),
        one.count + other.count);
  }
}
