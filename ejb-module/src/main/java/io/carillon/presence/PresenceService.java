package io.carillon.presence;

import io.carillon.bus.Bus;
import io.carillon.bus.OriginListener;
import io.carillon.config.CrashPoint;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.hub.AccessCheck;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is there. Keeps this node's connections in the {@link PresenceStore}, and announces who came
 * and who went: {@code presence:online} and {@code presence:offline} {@code {"userId"}} on the
 * organization's announcements channel.
 *
 * <p>What happens to a connection is only noted by the caller's thread, which never waits; one
 * thread of the node tells the store, extends the entries and ends expired ones. Any thread.
 */
@ApplicationScoped
public class PresenceService {
  private static final Logger LOG = System.getLogger(PresenceService.class.getName());

  /** Users that can be asked for at once. */
  public static final int MAX_QUERY = 1_000;

  /** Users of a channel that are told at most. */
  public static final int MAX_CHANNEL_USERS = 10_000;

  private static final int BATCH = 1_000;
  private static final long SWEEP_MILLIS = 1_000;
  private static final long FLUSH_MILLIS = 100;
  private static final long RETRY_MILLIS = 1_000;

  // So long other nodes may take to tell the store of theirs again, once it answers.
  private static final long SETTLE_MILLIS = 5_000;
  private static final long MIN_STANDSTILL_MILLIS = 3_000; // a turn is due each second

  private static final long MAX_QUERY_WAIT_MILLIS = 1_000;

  private final PresenceStore store;
  private final OriginListener origin;
  private final AccessCheck access;
  private final Workers workers;
  private final TypingService typing;
  private final LocalConnections connections;
  private final PresenceMeters meters;
  private final PresenceAnnouncer announcer;
  private final Clock clock;
  private final long heartbeatMillis;
  private final long standstillMillis;
  private volatile boolean started;

  // Confined to the node's presence thread.
  private final SteadyMillis time;
  private long extendAtMillis;
  private long sweepAtMillis;
  private long succeededAtMillis;
  private boolean failing;

  protected PresenceService() { // for the client proxy
    this.store = null;
    this.origin = null;
    this.access = null;
    this.workers = null;
    this.typing = null;
    this.connections = null;
    this.meters = null;
    this.announcer = null;
    this.clock = null;
    this.heartbeatMillis = 0;
    this.standstillMillis = 0;
    this.time = null;
  }

  @Inject
  public PresenceService(
      PresenceStore store,
      Bus bus,
      OriginListener origin,
      AccessCheck access,
      TypingService typing,
      Workers workers,
      Metrics metrics,
      Settings settings,
      Clock clock) {
    Settings.Presence limits = settings.presence();
    this.store = store;
    this.origin = origin;
    this.access = access;
    this.typing = typing;
    this.workers = workers;
    this.connections = new LocalConnections(limits.maxEntries());
    this.meters = new PresenceMeters(metrics.registry(), connections);
    this.announcer = new PresenceAnnouncer(bus, meters, connections, limits.deliveriesPerSecond());
    this.clock = clock;
    this.heartbeatMillis = limits.heartbeat().toMillis();
    this.standstillMillis =
        Math.max(MIN_STANDSTILL_MILLIS, (limits.ttl().toMillis() - heartbeatMillis) / 2);
    this.time = new SteadyMillis(clock);
    this.succeededAtMillis = time.now();
    this.extendAtMillis = time.now() + heartbeatMillis;
    this.sweepAtMillis = time.now() + SWEEP_MILLIS;
  }

  /** Begins to tell the store; once. */
  public void start() {
    started = true;
    workers.start("carillon-presence", this::run);
    workers.every(TypingService.SWEEP_EVERY, typing::sweep);
  }

  // ---- what happens to connections

  /**
   * A connection is open. Programs with an API key are never present.
   *
   * @param connectionId unique among all connections of all nodes, and never used again
   * @param transport a short fixed name; until {@link #describe} it is the connection's metadata
   */
  public void connected(String connectionId, Identity identity, String transport) {
    if (identity.kind() != Identity.Kind.USER) {
      return;
    }
    String metadata = new JsonObject().put("transport", transport).toString();
    if (!connections.add(connectionId, identity.organization(), identity.userId(), metadata)) {
      meters.refused();
    }
  }

  /**
   * A connection is gone, with all channels that it was in: no {@link #left} is needed, and it
   * would take the grace time away. Any number of times.
   */
  public void disconnected(String connectionId, Identity identity) {
    if (connections.remove(connectionId)) {
      typing.gone(identity);
    }
  }

  /** A connection has joined a channel that its user may read. */
  public void joined(String connectionId, Identity identity, ChannelKey channel) {
    if (isTracked(identity, channel) && !connections.enter(connectionId, channel)) {
      meters.refused();
    }
  }

  /** A connection that stays open has left a channel, or lost the right to it. No grace time. */
  public void left(String connectionId, Identity identity, ChannelKey channel) {
    if (isTracked(identity, channel)) {
      connections.leave(connectionId, channel);
    }
  }

  /** Inboxes and announcements are heard by every connection, which is known without them. */
  private static boolean isTracked(Identity identity, ChannelKey channel) {
    return identity.kind() == Identity.Kind.USER && !channel.name().isReserved();
  }

  /**
   * Sets what a connection tells about itself; with several connections the latest text counts.
   *
   * @param metadata JSON, at most {@link PresenceEntry#MAX_METADATA_BYTES} bytes of UTF-8 when
   *     written without blanks
   * @throws RealtimeException with {@code MALFORMED} or {@code TOO_LARGE}
   */
  public void describe(String connectionId, String metadata) {
    if (metadata.length() > 4 * PresenceEntry.MAX_METADATA_BYTES) {
      throw tooLarge();
    }
    String compact = Json.text(Json.parse(metadata));
    if (compact.getBytes(StandardCharsets.UTF_8).length > PresenceEntry.MAX_METADATA_BYTES) {
      throw tooLarge();
    }
    connections.describe(connectionId, compact);
  }

  private static RealtimeException tooLarge() {
    return new RealtimeException(ErrorCode.TOO_LARGE, "metadata");
  }

  // ---- questions

  /**
   * Presence of users of the caller's organization, each once, in the order asked for; unknown ones
   * are offline. May wait for the store; while it is away, only this node's users are online.
   *
   * @param users at most {@value #MAX_QUERY}
   * @throws RealtimeException with {@code TOO_LARGE}
   */
  public List<PresenceView> query(Identity identity, List<UserId> users) {
    if (users.size() > MAX_QUERY) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "userIds");
    }
    Set<UserId> each = new LinkedHashSet<>(users);
    return query(identity.organization(), each);
  }

  private List<PresenceView> query(String organization, Collection<UserId> users) {
    awaitOwnChanges();
    try {
      return store.query(organization, users);
    } catch (RealtimeException e) {
      Map<UserId, String> here = usersHere(PresenceScope.of(organization), e);
      return users.stream().map(user -> viewHere(user, here)).toList();
    }
  }

  /** All that can be said while the store is away. */
  private Map<UserId, String> usersHere(PresenceScope scope, RealtimeException failure) {
    if (failure.code() != ErrorCode.OVERLOADED) {
      throw failure;
    }
    return connections.usersIn(scope);
  }

  private PresenceView viewHere(UserId user, Map<UserId, String> here) {
    boolean online = here.containsKey(user);
    return new PresenceView(user, online, online ? clock.millis() : 0, here.getOrDefault(user, ""));
  }

  /**
   * Who is in a channel that the caller may read, at most {@value #MAX_CHANNEL_USERS} users; in the
   * announcements channel that is whoever is online in the organization. May wait for the database
   * and the store; while that is away, only this node's users are told.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public List<PresenceView> ofChannel(Identity identity, ChannelName name) {
    ChannelKey channel = new ChannelKey(identity.organization(), name);
    if (!access.mayRead(identity, channel)) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "presence of a channel");
    }
    if (name.equals(ChannelName.announcementsOf(identity.organization()))) {
      return present(PresenceScope.of(identity.organization()));
    }
    if (name.equals(ChannelName.inboxOf(identity.userId()))) {
      return query(identity.organization(), List.of(identity.userId()));
    }
    return present(PresenceScope.of(channel));
  }

  /**
   * How many users are in a channel, counted to at most {@value #MAX_CHANNEL_USERS}; nobody's right
   * to know it is checked. May wait for the store.
   */
  public int countIn(ChannelKey channel) {
    return present(PresenceScope.of(channel)).size();
  }

  /** How many users of an organization are online; as {@link #countIn}. */
  public int countOnline(String organization) {
    return present(PresenceScope.of(organization)).size();
  }

  private List<PresenceView> present(PresenceScope scope) {
    awaitOwnChanges();
    try {
      return store.present(scope, MAX_CHANNEL_USERS);
    } catch (RealtimeException e) {
      Map<UserId, String> here = usersHere(scope, e);
      return here.keySet().stream()
          .limit(MAX_CHANNEL_USERS)
          .map(user -> viewHere(user, here))
          .toList();
    }
  }

  /** Whoever has just connected, or seen somebody connect here, finds that in the answer. */
  private void awaitOwnChanges() {
    if (!started) {
      return;
    }
    try {
      connections.awaitTold(MAX_QUERY_WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- the presence thread

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        turn();
        if (failing) {
          Thread.sleep(untilNextTurn()); // a change is no reason to try again
        } else {
          connections.awaitChange(untilNextTurn());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "Presence failed and goes on", e);
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long untilNextTurn() {
    if (announcer.hasWaiting()) {
      return FLUSH_MILLIS;
    }
    long now = time.now();
    return Math.max(1, Math.min(extendAtMillis, sweepAtMillis) - now);
  }

  /** Does what is due. One thread at a time. */
  void turn() {
    if (failing && time.now() < extendAtMillis) {
      // What was told before has to be told again before anything new.
      connections.told();
      announcer.flush(time.now());
      return;
    }
    try {
      postponeSweepAfterStandstill();
      // Before the sweep: after a pause of the whole process nobody here has gone.
      if (connections.takeLost() || time.now() >= extendAtMillis) {
        extend();
      }
      tell();
      if (time.now() >= sweepAtMillis) {
        sweep();
      }
      if (failing) {
        failing = false;
        LOG.log(Level.INFO, "The presence store answers again");
      }
      succeededAtMillis = time.now();
    } catch (RuntimeException e) {
      failed(e);
    }
    announcer.flush(time.now());
  }

  /**
   * When the store was away, or the whole machine stood still, the same may be true for other
   * nodes, whose entries have expired and whose users have not gone: they need time to say so.
   */
  private void postponeSweepAfterStandstill() {
    long now = time.now();
    if (now - succeededAtMillis >= standstillMillis) {
      sweepAtMillis = Math.max(sweepAtMillis, now + SETTLE_MILLIS);
    }
  }

  private void failed(RuntimeException e) {
    meters.failure();
    if (!failing) {
      failing = true;
      LOG.log(Level.WARNING, "The presence store fails, and is tried again each second", e);
    }
    // Lost releases end by themselves; whatever else was lost is told again with the extension.
    extendAtMillis = time.now() + RETRY_MILLIS;
    sweepAtMillis = time.now() + RETRY_MILLIS;
    connections.told();
  }

  private void extend() {
    List<PresenceChange> all = connections.all();
    for (int from = 0; from < all.size(); from += BATCH) {
      apply(all.subList(from, Math.min(all.size(), from + BATCH)));
    }
    extendAtMillis = time.now() + heartbeatMillis;
  }

  private void tell() {
    List<PresenceChange> changes;
    while (!(changes = connections.take(BATCH)).isEmpty()) {
      apply(changes);
      connections.told();
    }
  }

  private void apply(List<PresenceChange> changes) {
    List<PresenceTransition> caused = store.apply(changes);
    CrashPoint.BETWEEN_PRESENCE_STEPS.pass();
    connections.confirm(changes);
    announce(caused);
  }

  private void announce(List<PresenceTransition> transitions) {
    announcer.announce(transitions, time.now());
    for (PresenceTransition one : transitions) {
      if (one.scope().isOrganization()) {
        origin.onPresence(one.scope().organization(), one.user(), one.isOnline());
      }
    }
  }

  private void sweep() {
    PresenceStore.Swept swept;
    do {
      swept = store.sweep(BATCH);
      announce(swept.transitions());
    } while (swept.entries() == BATCH);
    sweepAtMillis = time.now() + SWEEP_MILLIS;
  }
}
