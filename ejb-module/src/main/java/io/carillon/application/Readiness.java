package io.carillon.application;

import io.carillon.bus.Bus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether this node should be sent new clients. The database is asked by a real write, that of this
 * node into the list of nodes, at most once a second whoever asks. Any thread.
 */
@ApplicationScoped
public class Readiness {
  private static final Duration MAX_AGE = Duration.ofSeconds(1);

  private final NodeRegistry registry;
  private final Connections connections;
  private final Bus bus;

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
    this(null, null, null);
  }

  @Inject
  public Readiness(NodeRegistry registry, Connections connections, Bus bus) {
    this.registry = registry;
    this.connections = connections;
    this.bus = bus;
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
    NodeRegistry.Beat beat = registry.beatSince(MAX_AGE);
    long left = NodeRegistry.MAX_WAIT.toNanos() - (System.nanoTime() - beat.startedNanos());
    try {
      beat.outcome().get(Math.max(0, left), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
