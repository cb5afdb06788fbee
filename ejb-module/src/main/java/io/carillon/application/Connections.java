package io.carillon.application;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.security.Authenticator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Every open connection of this node. One wheel turns for all of them: it sends signs of life, ends
 * those whose token has run out, and ends those that take nothing any more. No connection has a
 * timer or a thread of its own. Any thread.
 */
@ApplicationScoped
public class Connections {
  private static final Logger LOG = System.getLogger(Connections.class.getName());
  private static final Duration TICK = Duration.ofSeconds(1);

  /** Between the check of a client's credentials and its connection being kept here. */
  private static final Duration MAX_OPENING = Duration.ofSeconds(30);

  /** Changes that are remembered; more, and it is as if all proofs had changed. */
  private static final int MAX_RECENT = 1_000;

  private final Workers workers;
  private final Metrics metrics;
  private final PresenceService presence;
  private final Authenticator authenticator;
  private final Settings.Connections limits;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Set<LiveConnection>[] spokes; // each is visited once in a heartbeat interval
  private final Map<LiveConnection, Place> places = new ConcurrentHashMap<>();
  private final Object lastOneLeft = new Object();
  private final Queue<Recent> recent = new ConcurrentLinkedQueue<>();
  private int tick; // confined to the wheel
  private volatile boolean draining;

  /** A change of the last half minute. */
  private record Recent(RightsChange what, long sinceNanos) {}

  private record Place(int spoke, String presenceId, Identity identity) {}

  protected Connections() { // for the client proxy
    this.workers = null;
    this.metrics = null;
    this.presence = null;
    this.authenticator = null;
    this.limits = null;
    this.clock = null;
    this.nanoTime = null;
    this.spokes = null;
  }

  @Inject
  public Connections(
      Workers workers,
      Metrics metrics,
      PresenceService presence,
      Authenticator authenticator,
      Settings settings,
      Clock clock) {
    this(workers, metrics, presence, authenticator, settings, clock, System::nanoTime);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  Connections(
      Workers workers,
      Metrics metrics,
      PresenceService presence,
      Authenticator authenticator,
      Settings settings,
      Clock clock,
      LongSupplier nanoTime) {
    this.workers = workers;
    this.metrics = metrics;
    this.presence = presence;
    this.authenticator = authenticator;
    this.limits = settings.connections();
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.spokes = new Set[(int) Math.max(1, limits.heartbeatInterval().toSeconds())];
    for (int i = 0; i < spokes.length; i++) {
      spokes[i] = ConcurrentHashMap.newKeySet();
    }
  }

  /** Starts the wheel; once. */
  public void start() {
    metrics.stalledConnections(this::stalled);
    workers.every(TICK, this::turn);
  }

  /**
   * Keeps a connection from now on; its user is present.
   *
   * @return the id that presence knows it by
   */
  public String opened(LiveConnection connection) {
    // Only to be told from others, not to be guessed: the secure source has one lock for all
    // threads.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String presenceId = new UUID(random.nextLong(), random.nextLong()).toString();
    Place place = new Place(random.nextInt(spokes.length), presenceId, connection.identity());
    if (places.putIfAbsent(connection, place) != null) {
      throw new IllegalStateException("opened twice");
    }
    spokes[place.spoke()].add(connection);
    metrics.connections(connection.transport(), 1);
    presence.connected(presenceId, place.identity(), connection.transport());
    if (!place.equals(places.get(connection))) {
      forget(connection, place); // closed before all of the above was done
    }
    if (draining) {
      connection.close(ErrorCode.DRAINING);
    }
    // A proof that was taken back while the connection was being made closed nothing: ask again.
    if (hasJustChanged(place.identity())) {
      review(List.of(connection));
    }
    return presenceId;
  }

  /** Forgets a connection that has ended; only the first call counts. */
  public void closed(LiveConnection connection) {
    Place place = places.remove(connection);
    if (place == null) {
      return;
    }
    metrics.connections(connection.transport(), -1);
    forget(connection, place);
    if (draining && places.isEmpty()) {
      synchronized (lastOneLeft) {
        lastOneLeft.notifyAll();
      }
    }
  }

  private void forget(LiveConnection connection, Place place) {
    spokes[place.spoke()].remove(connection);
    presence.disconnected(place.presenceId(), place.identity());
  }

  private void turn() {
    long nowNanos = System.nanoTime();
    Instant now = clock.instant();
    int due = tick++ % spokes.length;
    for (int i = 0; i < spokes.length; i++) {
      for (LiveConnection connection : spokes[i]) {
        try {
          visit(connection, i == due, now, nowNanos);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "A connection could not be looked after; the others are", e);
        }
      }
    }
  }

  private void visit(LiveConnection connection, boolean due, Instant now, long nowNanos) {
    if (connection.identity().isExpiredAt(now)) {
      metrics.refused(ErrorCode.TOKEN_EXPIRED);
      connection.close(ErrorCode.TOKEN_EXPIRED);
    } else if (connection.queue().stalledNanos(nowNanos) > limits.writeDeadline().toNanos()) {
      metrics.refused(ErrorCode.SLOW_CONSUMER);
      connection.close(ErrorCode.SLOW_CONSUMER);
    } else if (due) {
      connection.heartbeat();
    }
  }

  /** Asks the record again for the connections that a change may concern, and ends what it must. */
  public void onRightsChange(RightsChange change) {
    if (change.concernedChannel().isPresent()) {
      return; // the subscriptions' matter
    }
    remember(change); // before the look around: one that opens now sees it
    List<LiveConnection> concerned =
        places.keySet().stream()
            .filter(connection -> concerns(change, connection.identity()))
            .toList();
    if (!concerned.isEmpty()) {
      review(concerned);
    }
  }

  /**
   * Ends the connections that a proof has opened, without asking the record.
   *
   * @param tokenId the proof's
   */
  void end(String tokenId) {
    for (LiveConnection connection : places.keySet()) {
      if (connection.identity().tokenId().equals(tokenId)) {
        connection.close(ErrorCode.UNAUTHENTICATED);
      }
    }
  }

  private void remember(RightsChange change) {
    long now = nanoTime.getAsLong();
    recent.removeIf(old -> isOver(old, now));
    RightsChange what = change;
    if (recent.size() >= MAX_RECENT) {
      recent.clear();
      what = RightsChange.ofAll();
    }
    recent.add(new Recent(what, now));
  }

  private boolean hasJustChanged(Identity identity) {
    long now = nanoTime.getAsLong();
    return recent.stream()
        .anyMatch(change -> !isOver(change, now) && concerns(change.what(), identity));
  }

  private static boolean isOver(Recent change, long now) {
    return now - change.sinceNanos() > MAX_OPENING.toNanos();
  }

  private static boolean concerns(RightsChange change, Identity identity) {
    return change.concernsProofsOf(identity.organization(), identity.userId());
  }

  /** One that the record does not answer for is asked for again until it does. */
  private void review(List<LiveConnection> concerned) {
    try {
      workers.io().execute(() -> checkProofs(concerned));
    } catch (RejectedExecutionException e) {
      concerned.forEach(connection -> connection.close(ErrorCode.OVERLOADED)); // unchecked
    }
  }

  private void checkProofs(List<LiveConnection> concerned) {
    List<LiveConnection> unknown = new ArrayList<>();
    for (LiveConnection connection : concerned) {
      try {
        authenticator.refresh(connection.identity());
      } catch (RealtimeException e) {
        connection.close(e.code());
      } catch (RuntimeException e) {
        unknown.add(connection);
      }
    }
    unknown.retainAll(places.keySet());
    if (!unknown.isEmpty()) {
      LOG.log(Level.WARNING, "Proofs of {0} connections cannot be checked", unknown.size());
      workers.after(TICK, () -> review(unknown));
    }
  }

  /**
   * Asks everybody to leave, in jittered batches over the given time; new connections are sent
   * away.
   */
  public void drain(Duration time) {
    draining = true;
    List<LiveConnection> all = new ArrayList<>(places.keySet());
    for (LiveConnection connection : all) {
      long delay = ThreadLocalRandom.current().nextLong(Math.max(1, time.toMillis()));
      workers.after(Duration.ofMillis(delay), () -> connection.close(ErrorCode.DRAINING));
    }
  }

  /**
   * Waits until nobody is left after {@link #drain}.
   *
   * @return whether that was so within the time
   */
  public boolean awaitDrained(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    synchronized (lastOneLeft) {
      while (!places.isEmpty()) {
        long leftNanos = deadline - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(lastOneLeft, leftNanos);
      }
    }
    return true;
  }

  public boolean isDraining() {
    return draining;
  }

  /** How many clients take nothing just now. */
  int stalled() {
    long nowNanos = System.nanoTime();
    int count = 0;
    for (LiveConnection connection : places.keySet()) {
      count += connection.queue().stalledNanos(nowNanos) > 0 ? 1 : 0;
    }
    return count;
  }

  /** How many are open. */
  public int count() {
    return places.size();
  }
}
