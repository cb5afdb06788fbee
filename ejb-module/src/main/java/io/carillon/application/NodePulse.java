package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Reads this node's counters once a second. What they come to, and what takes a walk over all
 * connections, is found when somebody looks; all who do in that second share it. Any thread.
 */
@ApplicationScoped
public class NodePulse {
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final int LATENCY_BEATS = 10;

  private record Beat(Metrics.Reading reading, long nanos) {}

  private final Metrics metrics;
  private final Connections connections;
  private final Workers workers;
  private final Deque<Beat> beats = new ArrayDeque<>(); // confined to the beating thread
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Second second; // the last; null before the first beat

  protected NodePulse() { // for the client proxy
    this(null, null, null);
  }

  @Inject
  public NodePulse(Metrics metrics, Connections connections, Workers workers) {
    this.metrics = metrics;
    this.connections = connections;
    this.workers = workers;
  }

  /** Begins to beat; once. */
  public void start() {
    beat(System.nanoTime());
    workers.every(BEAT, () -> beat(System.nanoTime()));
  }

  /**
   * Calls somebody after each beat, on a thread that must not be blocked; those that are there when
   * the node starts stay.
   */
  public void afterEach(Runnable listener) {
    listeners.add(listener);
  }

  /** The numbers of the last beat. */
  public NodeNumbers numbers() {
    Second last = second;
    if (last == null) {
      Beat none = new Beat(metrics.read(), 0);
      return new Second(none, none, new Beat(metrics.read(), 1)).numbers();
    }
    return last.numbers();
  }

  void beat(long nowNanos) {
    Beat now = new Beat(metrics.read(), nowNanos);
    Beat before = beats.isEmpty() ? new Beat(now.reading(), nowNanos - 1) : beats.peekLast();
    beats.addLast(now);
    if (beats.size() > LATENCY_BEATS + 1) {
      beats.removeFirst();
    }
    second = new Second(beats.peekFirst(), before, now);
    listeners.forEach(Runnable::run);
  }

  /** From one beat to the next. */
  private final class Second {
    private final Beat oldest; // that latencies are measured from
    private final Beat before;
    private final Beat now;
    private NodeNumbers numbers; // guarded by this; null until somebody looks

    Second(Beat oldest, Beat before, Beat now) {
      this.oldest = oldest;
      this.before = before;
      this.now = now;
    }

    synchronized NodeNumbers numbers() {
      if (numbers == null) {
        numbers = find();
      }
      return numbers;
    }

    private NodeNumbers find() {
      double seconds = Math.max(1e-3, (now.nanos() - before.nanos()) / 1e9);
      Metrics.Reading then = before.reading();
      Metrics.Reading reading = now.reading();
      Map<ErrorCode, Double> refused = new EnumMap<>(ErrorCode.class);
      reading
          .refused()
          .forEach(
              (code, count) -> {
                double more = count - then.refused().getOrDefault(code, 0.0);
                if (more > 0) {
                  refused.put(code, more / seconds);
                }
              });
      Runtime runtime = Runtime.getRuntime();
      return new NodeNumbers(
          reading.connections(),
          reading.subscriptions(),
          reading.activeChannels(),
          (reading.publishes() - then.publishes()) / seconds,
          (reading.deliveries() - then.deliveries()) / seconds,
          (reading.overflows() - then.overflows()) / seconds,
          refused,
          connections.stalled(),
          NodeNumbers.Latency.between(oldest.reading(), reading),
          metrics.processorPercent(),
          runtime.totalMemory() - runtime.freeMemory(),
          runtime.maxMemory());
    }
  }
}
