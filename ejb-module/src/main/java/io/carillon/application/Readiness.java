package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.node.NodeRepository;
import io.carillon.node.NodeId;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether this node should be sent new clients. The database is asked by a real write, at most once
 * a second and one at a time whoever asks: a database that hangs must not hang every thread that
 * wants to know. Any thread.
 */
@ApplicationScoped
public class Readiness {
  private static final Logger LOG = System.getLogger(Readiness.class.getName());
  private static final Duration MAX_WAIT = Duration.ofSeconds(2);
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  private final NodeRepository nodes;
  private final Connections connections;
  private final Bus bus;
  private final Workers workers;
  private final NodeId node;
  private final Clock clock;
  private final long startedAtMillis;

  private Probe latest; // guarded by this; null before the first

  private record Probe(CompletableFuture<Void> outcome, long startedNanos) {}

  /** How a part of the node does. */
  public enum Status {
    UP,
    /** Works, but not as well as it should. */
    DEGRADED,
    DOWN
  }

  /** One part of the node. */
  public record Check(String name, Status status) {}

  /** All parts, and the worst of them. */
  public record Report(List<Check> checks) {
    public Report {
      checks = List.copyOf(checks);
    }

    public Status status() {
      return checks.stream().map(Check::status).max(Status::compareTo).orElse(Status.UP);
    }
  }

  protected Readiness() { // for the client proxy
    this.nodes = null;
    this.connections = null;
    this.bus = null;
    this.workers = null;
    this.node = null;
    this.clock = null;
    this.startedAtMillis = 0;
  }

  @Inject
  public Readiness(
      NodeRepository nodes,
      Connections connections,
      Bus bus,
      Workers workers,
      NodeId node,
      Clock clock) {
    this.nodes = nodes;
    this.connections = connections;
    this.bus = bus;
    this.workers = workers;
    this.node = node;
    this.clock = clock;
    this.startedAtMillis = clock.millis();
  }

  /** Answers within two seconds. */
  public Report report() {
    Status accepts = connections.isDraining() ? Status.DOWN : Status.UP;
    Status database = canWrite() ? Status.UP : Status.DOWN;
    Status others = bus.isConnected() ? Status.UP : Status.DEGRADED; // slower, and nothing is lost
    return new Report(
        List.of(
            new Check("database", database),
            new Check("bus", others),
            new Check("accepting", accepts)));
  }

  private boolean canWrite() {
    Probe probe = currentProbe();
    long left = MAX_WAIT.toNanos() - (System.nanoTime() - probe.startedNanos());
    try {
      probe.outcome().get(Math.max(0, left), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The one that runs, or one that is young enough, or a new one. */
  private synchronized Probe currentProbe() {
    long now = System.nanoTime();
    boolean stale =
        latest == null
            || (latest.outcome().isDone() && now - latest.startedNanos() > MAX_AGE.toNanos());
    if (stale) {
      latest = new Probe(write(), now);
    }
    return latest;
  }

  private CompletableFuture<Void> write() {
    try {
      return CompletableFuture.runAsync(
          () -> nodes.seen(node.value(), startedAtMillis, clock.millis(), timeoutMillis()),
          workers.io());
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "No worker is free to ask the database");
      return CompletableFuture.failedFuture(e);
    }
  }

  private static int timeoutMillis() {
    return (int) MAX_WAIT.toMillis();
  }
}
