package io.carillon.presence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * This node's connections with the channels that they are in, and the changes that the store has
 * still to be told of. Any thread may change it, and never waits for the store; one thread takes
 * the changes out.
 */
final class LocalConnections {

  private static final class Connection {
    final UserId user;
    final PresenceScope organization;
    final Map<PresenceScope, Boolean> scopes = new HashMap<>(4); // whether the store has it
    String metadata;

    Connection(UserId user, String organization, String metadata) {
      this.user = user;
      this.organization = PresenceScope.of(organization);
      this.metadata = metadata;
    }
  }

  private record OrganizationUser(String organization, UserId user) {}

  private final int maxEntries;
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition told = lock.newCondition();
  private final Map<String, Connection> connections = new HashMap<>();
  private final Map<String, Integer> connectionsOf = new HashMap<>();
  private final Map<OrganizationUser, Integer> connectionsOfUser = new HashMap<>();
  private final ArrayDeque<PresenceChange> waiting = new ArrayDeque<>();
  private int entries;
  private boolean lost; // a change did not fit: the store must be told of everything
  private long changes; // made so far, whether they fitted or not
  private long changesTold;

  /**
   * @param maxEntries bounds both the entries and the changes that wait
   */
  LocalConnections(int maxEntries) {
    this.maxEntries = maxEntries;
  }

  /**
   * @return false where there is no room, or the connection is there already
   */
  boolean add(String connectionId, String organization, UserId user, String metadata) {
    lock.lock();
    try {
      if (entries >= maxEntries || connections.containsKey(connectionId)) {
        return false;
      }
      Connection connection = new Connection(user, organization, metadata);
      connections.put(connectionId, connection);
      connectionsOf.merge(organization, 1, Integer::sum);
      connectionsOfUser.merge(new OrganizationUser(organization, user), 1, Integer::sum);
      enter(connectionId, connection, connection.organization);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @return whether it was its user's last connection to this node
   */
  boolean remove(String connectionId) {
    lock.lock();
    try {
      Connection connection = connections.remove(connectionId);
      if (connection == null) {
        return false;
      }
      for (PresenceScope scope : connection.scopes.keySet()) {
        tell(PresenceChange.release(entry(connectionId, connection, scope)));
      }
      entries -= connection.scopes.size();
      String organization = connection.organization.organization();
      countDown(connectionsOf, organization);
      return countDown(connectionsOfUser, new OrganizationUser(organization, connection.user));
    } finally {
      lock.unlock();
    }
  }

  /**
   * @return whether that was the last one
   */
  private static <K> boolean countDown(Map<K, Integer> counts, K key) {
    return counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1) == null;
  }

  /**
   * @return false where there is no room
   */
  boolean enter(String connectionId, ChannelKey channel) {
    lock.lock();
    try {
      Connection connection = connections.get(connectionId);
      if (connection == null) {
        return true; // gone meanwhile
      }
      if (entries >= maxEntries) {
        return false;
      }
      enter(connectionId, connection, PresenceScope.of(channel));
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void enter(String connectionId, Connection connection, PresenceScope scope) {
    if (connection.scopes.putIfAbsent(scope, Boolean.FALSE) == null) {
      entries++;
      tell(PresenceChange.keep(entry(connectionId, connection, scope)));
    }
  }

  void leave(String connectionId, ChannelKey channel) {
    lock.lock();
    try {
      Connection connection = connections.get(connectionId);
      PresenceScope scope = PresenceScope.of(channel);
      if (connection != null && connection.scopes.remove(scope) != null) {
        entries--;
        tell(PresenceChange.remove(entry(connectionId, connection, scope)));
      }
    } finally {
      lock.unlock();
    }
  }

  void describe(String connectionId, String metadata) {
    lock.lock();
    try {
      Connection connection = connections.get(connectionId);
      if (connection != null && !connection.metadata.equals(metadata)) {
        connection.metadata = metadata;
        for (PresenceScope scope : connection.scopes.keySet()) {
          tell(PresenceChange.keep(entry(connectionId, connection, scope)));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void tell(PresenceChange change) {
    changes++;
    if (waiting.size() < maxEntries) {
      waiting.add(change);
    } else {
      lost = true;
    }
    changed.signal();
  }

  private static PresenceEntry entry(
      String connectionId, Connection connection, PresenceScope scope) {
    return new PresenceEntry(
        new PresenceKey(scope, connectionId), connection.user, connection.metadata);
  }

  /**
   * Takes changes out, oldest first, at most so many; {@link #told} says that the store has them.
   */
  List<PresenceChange> take(int max) {
    lock.lock();
    try {
      List<PresenceChange> taken = new ArrayList<>(Math.min(max, waiting.size()));
      while (taken.size() < max && !waiting.isEmpty()) {
        taken.add(waiting.poll());
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** What was taken has been dealt with. */
  void told() {
    lock.lock();
    try {
      changesTold = changes - waiting.size();
      told.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether changes were lost since the last call, so that all entries must be told again. */
  boolean takeLost() {
    lock.lock();
    try {
      boolean was = lost;
      lost = false;
      return was;
    } finally {
      lock.unlock();
    }
  }

  /** Everything that is there now; what the store has been told of comes first. */
  List<PresenceChange> all() {
    lock.lock();
    try {
      List<PresenceChange> all = new ArrayList<>(entries);
      List<PresenceChange> untold = new ArrayList<>();
      connections.forEach(
          (id, connection) ->
              connection.scopes.forEach(
                  (scope, isTold) -> {
                    PresenceEntry entry = entry(id, connection, scope);
                    if (isTold) {
                      all.add(PresenceChange.extend(entry));
                    } else {
                      untold.add(PresenceChange.keep(entry));
                    }
                  }));
      all.addAll(untold);
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** The store has taken these. */
  void confirm(List<PresenceChange> taken) {
    lock.lock();
    try {
      for (PresenceChange change : taken) {
        PresenceKey key = change.entry().key();
        Connection connection = connections.get(key.connectionId());
        if (change.kind() == PresenceChange.Kind.KEEP && connection != null) {
          connection.scopes.replace(key.scope(), Boolean.TRUE);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are changes to take, or the time is over. */
  void awaitChange(long maxMillis) throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the store has been told of all changes made before this call, or for that long.
   *
   * @return whether it has
   */
  boolean awaitTold(long maxMillis) throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(maxMillis);
    lock.lockInterruptibly();
    try {
      long made = changes;
      while (changesTold < made && nanos > 0) {
        nanos = told.awaitNanos(nanos);
      }
      return changesTold >= made;
    } finally {
      lock.unlock();
    }
  }

  /** Users with a connection to this node in a scope, and what one of them tells about itself. */
  Map<UserId, String> usersIn(PresenceScope scope) {
    lock.lock();
    try {
      Map<UserId, String> users = new HashMap<>();
      for (Connection connection : connections.values()) {
        if (connection.scopes.containsKey(scope)) {
          users.put(connection.user, connection.metadata);
        }
      }
      return users;
    } finally {
      lock.unlock();
    }
  }

  /** Connections of an organization to this node. */
  int connectionsOf(String organization) {
    lock.lock();
    try {
      return connectionsOf.getOrDefault(organization, 0);
    } finally {
      lock.unlock();
    }
  }

  /** Entries of this node. */
  int entries() {
    lock.lock();
    try {
      return entries;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is kept of anybody. */
  boolean isEmpty() {
    lock.lock();
    try {
      return connections.isEmpty()
          && connectionsOf.isEmpty()
          && connectionsOfUser.isEmpty()
          && waiting.isEmpty()
          && entries == 0;
    } finally {
      lock.unlock();
    }
  }
}
