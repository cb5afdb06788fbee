package io.carillon.presence;

import io.carillon.config.Settings;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.inject.Vetoed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The presence of a single node. Bounded: an entry beyond the limit is not taken, and its next
 * {@code KEEP} tries again.
 *
 * <p>One lock, held for moves in maps only. No entry is searched for when it expires: lifetime and
 * grace are the same for all entries, so the order of the last {@code KEEP} is the order of expiry,
 * and so is the order of the releases.
 */
@Vetoed // made where it is chosen
public final class InMemoryPresenceStore implements PresenceStore {

  /** What is known of one connection in one scope. */
  private static final class Live {
    final PresenceKey key;
    final UserId user;
    String metadata;
    long describedAt; // a count, not a time: the latest of a user's metadata is the one shown
    long seenAtMillis;
    long expiresAtMillis;

    Live(PresenceEntry entry) {
      this.key = entry.key();
      this.user = entry.user();
      this.metadata = "";
    }
  }

  private record OrganizationUser(String organization, UserId user) {}

  private final Clock clock;
  private final long ttlMillis;
  private final long graceMillis;
  private final int maxEntries;
  private final Map<OrganizationUser, Long> lastSeen;

  // Every entry is in exactly one of these two, each in order of expiry.
  private final LinkedHashMap<PresenceKey, Live> kept = new LinkedHashMap<>();
  private final LinkedHashMap<PresenceKey, Live> leaving = new LinkedHashMap<>();
  private final Map<PresenceScope, Map<UserId, List<Live>>> scopes = new HashMap<>();
  private final SteadyMillis time;
  private long nowMillis; // for expiry
  private long wallMillis; // for display
  private long descriptions;
  private long transitions;

  public InMemoryPresenceStore(Settings settings, Clock clock) {
    this.clock = clock;
    this.time = new SteadyMillis(clock);
    this.ttlMillis = settings.presence().ttl().toMillis();
    this.graceMillis = settings.presence().grace().toMillis();
    this.maxEntries = settings.presence().maxEntries();
    int maxRemembered = settings.presence().lastSeenUsers();
    this.lastSeen =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<OrganizationUser, Long> eldest) {
            return size() > maxRemembered;
          }
        };
  }

  @Override
  public synchronized List<PresenceTransition> apply(Collection<PresenceChange> changes) {
    tick();
    List<PresenceTransition> caused = new ArrayList<>();
    for (PresenceChange change : changes) {
      switch (change.kind()) {
        // Nothing is lost here: what is unknown has ended.
        case KEEP, EXTEND -> keep(change.entry(), caused);
        case RELEASE -> release(change.entry().key());
        case REMOVE -> remove(change.entry().key(), caused);
      }
    }
    return caused;
  }

  private void tick() {
    nowMillis = time.now();
    wallMillis = clock.millis();
  }

  private void keep(PresenceEntry entry, List<PresenceTransition> caused) {
    PresenceKey key = entry.key();
    Live live = take(key);
    if (live == null) {
      if (size() >= maxEntries) {
        return;
      }
      live = new Live(entry);
      Map<UserId, List<Live>> users = scopes.computeIfAbsent(key.scope(), s -> new HashMap<>());
      List<Live> connections = users.computeIfAbsent(entry.user(), u -> new ArrayList<>(1));
      connections.add(live);
      if (connections.size() == 1) {
        caused.add(transition(live, PresenceTransition.Change.ONLINE));
      }
    }
    if (!live.metadata.equals(entry.metadata())) {
      live.metadata = entry.metadata();
      live.describedAt = ++descriptions;
    }
    live.seenAtMillis = wallMillis;
    live.expiresAtMillis = nowMillis + ttlMillis;
    kept.put(key, live);
  }

  /** The entry, which is put back or ended by the caller; null where there is none. */
  private Live take(PresenceKey key) {
    Live live = kept.remove(key);
    return live == null ? leaving.remove(key) : live;
  }

  private void release(PresenceKey key) {
    Live live = kept.get(key);
    if (live == null) {
      return; // unknown, or released before: a second release grants no second grace
    }
    live.seenAtMillis = wallMillis;
    if (nowMillis + graceMillis < live.expiresAtMillis) {
      kept.remove(key);
      live.expiresAtMillis = nowMillis + graceMillis;
      leaving.put(key, live);
    }
  }

  private void remove(PresenceKey key, List<PresenceTransition> caused) {
    Live live = take(key);
    if (live != null) {
      live.seenAtMillis = wallMillis;
      ended(live, caused);
    }
  }

  @Override
  public synchronized Swept sweep(int limit) {
    tick();
    List<PresenceTransition> caused = new ArrayList<>();
    int ended = sweep(leaving, limit, caused);
    ended += sweep(kept, limit - ended, caused);
    return new Swept(ended, caused);
  }

  private int sweep(
      LinkedHashMap<PresenceKey, Live> byExpiry, int limit, List<PresenceTransition> caused) {
    int ended = 0;
    Iterator<Live> oldestFirst = byExpiry.values().iterator();
    while (ended < limit && oldestFirst.hasNext()) {
      Live live = oldestFirst.next();
      if (live.expiresAtMillis > nowMillis) {
        break;
      }
      oldestFirst.remove();
      ended(live, caused);
      ended++;
    }
    return ended;
  }

  private void ended(Live live, List<PresenceTransition> caused) {
    PresenceScope scope = live.key.scope();
    Map<UserId, List<Live>> users = scopes.get(scope);
    List<Live> connections = users.get(live.user);
    connections.remove(live);
    if (scope.isOrganization()) {
      remember(live);
    }
    if (connections.isEmpty()) {
      users.remove(live.user);
      if (users.isEmpty()) {
        scopes.remove(scope);
      }
      caused.add(transition(live, PresenceTransition.Change.OFFLINE));
    }
  }

  private void remember(Live live) {
    OrganizationUser who = new OrganizationUser(live.key.scope().organization(), live.user);
    Long before = lastSeen.remove(who); // so that this one becomes the youngest
    lastSeen.put(who, before == null ? live.seenAtMillis : Math.max(before, live.seenAtMillis));
  }

  private PresenceTransition transition(Live live, PresenceTransition.Change change) {
    return new PresenceTransition(live.key.scope(), live.user, change, ++transitions);
  }

  @Override
  public synchronized List<PresenceView> query(String organization, Collection<UserId> users) {
    Map<UserId, List<Live>> online = scopes.getOrDefault(PresenceScope.of(organization), Map.of());
    List<PresenceView> views = new ArrayList<>(users.size());
    for (UserId user : users) {
      List<Live> connections = online.get(user);
      views.add(connections == null ? offline(organization, user) : online(user, connections));
    }
    return views;
  }

  private PresenceView offline(String organization, UserId user) {
    long seenAtMillis = lastSeen.getOrDefault(new OrganizationUser(organization, user), 0L);
    return new PresenceView(user, false, seenAtMillis, "");
  }

  private static PresenceView online(UserId user, List<Live> connections) {
    Live latest = connections.get(0);
    long seenAtMillis = 0;
    for (Live live : connections) {
      seenAtMillis = Math.max(seenAtMillis, live.seenAtMillis);
      if (live.describedAt > latest.describedAt) {
        latest = live;
      }
    }
    return new PresenceView(user, true, seenAtMillis, latest.metadata);
  }

  @Override
  public synchronized List<PresenceView> present(PresenceScope scope, int maxUsers) {
    List<PresenceView> views = new ArrayList<>();
    for (Map.Entry<UserId, List<Live>> user : scopes.getOrDefault(scope, Map.of()).entrySet()) {
      if (views.size() == maxUsers) {
        break;
      }
      views.add(online(user.getKey(), user.getValue()));
    }
    return views;
  }

  /** Entries that are kept at the moment, over all scopes. */
  public synchronized int size() {
    return kept.size() + leaving.size();
  }

  /** Scopes with somebody in them. */
  synchronized int scopes() {
    return scopes.size();
  }
}
