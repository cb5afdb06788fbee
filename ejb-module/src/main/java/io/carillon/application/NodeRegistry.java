package io.carillon.application;

import io.carillon.config.Settings;
import io.carillon.domain.channel.Access;
import io.carillon.domain.node.NodeReport;
import io.carillon.domain.node.NodeRepository;
import io.carillon.domain.node.SeenNode;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.node.Metrics;
import io.carillon.node.NodeId;
import io.carillon.node.ProgramVersion;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The nodes on one database. Each writes every few seconds that it is there, and removes itself
 * when it stops; one that is killed falls silent, is listed as dead and is removed a day later.
 * Nothing depends on the list but those who read it, so no node waits for another's row. Any
 * thread.
 */
@ApplicationScoped
public class NodeRegistry {
  private static final Logger LOG = System.getLogger(NodeRegistry.class.getName());

  /** For one statement, also while the database hangs. */
  static final Duration MAX_WAIT = Duration.ofSeconds(2);

  private static final int DEAD_AFTER_BEATS = 3;
  private static final Duration DEAD_ARE_KEPT = Duration.ofDays(1);

  /** How a node does. */
  public enum State {
    UP,
    DRAINING,
    /** Has been silent for too long. */
    DEAD
  }

  /** A node of the list. */
  public record Node(NodeReport report, long seenAtMillis, State state) {}

  /** A write that says that this node is there. */
  record Beat(CompletableFuture<Void> outcome, long startedNanos) {}

  private final NodeRepository nodes;
  private final Connections connections;
  private final Metrics metrics;
  private final Workers workers;
  private final NodeId run;
  private final String name;
  private final Duration heartbeat;
  private final long startedAtMillis;

  // Guarded by this.
  private Beat latest; // null before the first
  private boolean left;

  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile Map<State, Integer> counts = Map.of();
  private final Set<String> namesakes = ConcurrentHashMap.newKeySet(); // runs told of

  protected NodeRegistry() { // for the client proxy
    this.nodes = null;
    this.connections = null;
    this.metrics = null;
    this.workers = null;
    this.run = null;
    this.name = null;
    this.heartbeat = null;
    this.startedAtMillis = 0;
  }

  @Inject
  public NodeRegistry(
      NodeRepository nodes,
      Connections connections,
      Metrics metrics,
      Workers workers,
      NodeId run,
      Settings settings,
      Clock clock) {
    this.nodes = nodes;
    this.connections = connections;
    this.metrics = metrics;
    this.workers = workers;
    this.run = run;
    this.name = settings.node().id().isEmpty() ? run.value() : settings.node().id();
    this.heartbeat = settings.node().heartbeat();
    this.startedAtMillis = clock.millis();
  }

  /** Enters this node, and keeps it entered; once. */
  public void start() {
    for (State state : State.values()) {
      metrics.nodes(state.name(), () -> counts.getOrDefault(state, 0));
    }
    beat();
    workers.every(heartbeat, () -> beat().outcome().thenRunAsync(this::look, workers.io()));
  }

  /**
   * Says that this node is there, unless somebody is just doing so: a database that hangs must not
   * hang one thread after the other.
   */
  synchronized Beat beat() {
    if (latest == null || latest.outcome().isDone()) {
      latest = new Beat(write(), System.nanoTime());
    }
    return latest;
  }

  /** The beat that is on its way, or one that is young enough, or a new one. */
  synchronized Beat beatSince(Duration maxAge) {
    boolean young = latest != null && System.nanoTime() - latest.startedNanos() <= maxAge.toNanos();
    return young ? latest : beat();
  }

  private CompletableFuture<Void> write() {
    if (left) {
      return CompletableFuture.failedFuture(new IllegalStateException("this node has left"));
    }
    try {
      return CompletableFuture.runAsync(this::writeSelf, workers.io())
          .whenComplete((written, failure) -> tell(failure));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "No worker is free to ask the database");
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Once when it begins to fail, and once when it is over. */
  private void tell(Throwable failure) {
    boolean failedBefore = failing.getAndSet(failure != null);
    if (failure != null) {
      metrics.heartbeatFailed();
    }
    if (failure != null && !failedBefore) {
      LOG.log(Level.WARNING, "The database does not take this node's heartbeat", failure);
    } else if (failure == null && failedBefore) {
      LOG.log(Level.INFO, "The database takes this node's heartbeat again");
    }
  }

  private void writeSelf() {
    NodeReport.State state =
        connections.isDraining() ? NodeReport.State.DRAINING : NodeReport.State.UP;
    nodes.seen(
        new NodeReport(
            run.value(),
            name,
            ProgramVersion.text(),
            startedAtMillis,
            state,
            connections.count(),
            metrics.processorPercent()),
        (int) MAX_WAIT.toMillis());
  }

  /** Tells how many nodes there are, and of another one with this one's name. */
  private void look() {
    Map<State, Integer> found = new EnumMap<>(State.class);
    for (Node node : all()) {
      found.merge(node.state(), 1, Integer::sum);
      NodeReport other = node.report();
      if (node.state() != State.DEAD
          && other.name().equals(name)
          && !other.run().equals(run.value())
          && namesakes.add(other.run())) {
        LOG.log(
            Level.WARNING,
            "Another node is called {0} too, or was until a moment ago. Both work; CARILLON_NODE_ID"
                + " gives each a name of its own",
            name);
      }
    }
    counts = found;
  }

  /** Removes this node from the list for good. Waits two seconds at most. */
  public void leave() {
    CompletableFuture<Void> last;
    synchronized (this) {
      left = true;
      last = latest == null ? CompletableFuture.completedFuture(null) : latest.outcome();
    }
    try {
      last.handle((done, failure) -> null)
          .thenRunAsync(() -> nodes.remove(run.value(), (int) MAX_WAIT.toMillis()), workers.io())
          .get(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException | RejectedExecutionException e) {
      LOG.log(Level.WARNING, "This node stays in the list of nodes, as dead, for a day");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removes those that have been dead for a day. */
  public void purge() {
    nodes.purge(DEAD_ARE_KEPT.toMillis());
  }

  /**
   * All nodes, dead ones too, in the order of their names.
   *
   * @throws io.carillon.domain.error.RealtimeException with {@code FORBIDDEN}
   */
  public List<Node> list(Identity by) {
    if (!by.has(AdminRight.NODES_VIEW)) {
      throw Access.forbidden();
    }
    return all();
  }

  /** The name of this run of this node. */
  public String run() {
    return run.value();
  }

  /** All nodes, for services that have checked who asks. */
  List<Node> all() {
    return nodes.list().stream().map(this::node).toList();
  }

  private Node node(SeenNode seen) {
    boolean dead = seen.silentMillis() > DEAD_AFTER_BEATS * heartbeat.toMillis();
    State state =
        dead
            ? State.DEAD
            : switch (seen.report().state()) {
              case UP -> State.UP;
              case DRAINING -> State.DRAINING;
            };
    return new Node(seen.report(), seen.seenAtMillis(), state);
  }
}
