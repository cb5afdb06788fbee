package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections may be open: on this node, from one address to this node, of one user to all
 * nodes. Exact: of any number of attempts at once just as many succeed as there is room for. For
 * any thread.
 */
public final class ConnectionLimits {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final int maxTotal;
  private final int maxPerUser;
  private final int maxPerAddress;
  private final UserPlaces everywhere;
  private final AtomicInteger total = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> byUser = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Integer> byAddress = new ConcurrentHashMap<>();

  /** For a single node. Each limit included, each at least 1. */
  public ConnectionLimits(int maxTotal, int maxPerUser, int maxPerAddress) {
    this(maxTotal, maxPerUser, maxPerAddress, UserPlaces.UNCOUNTED);
  }

  /**
   * Each limit included, each at least 1.
   *
   * @param everywhere asked last, and only for a user who has a place on this node
   */
  public ConnectionLimits(int maxTotal, int maxPerUser, int maxPerAddress, UserPlaces everywhere) {
    this.everywhere = everywhere;
    this.maxTotal = maxTotal;
    this.maxPerUser = maxPerUser;
    this.maxPerAddress = maxPerAddress;
  }

  /**
   * Takes a place, to be given back by {@link Permit#close} when the connection ends.
   *
   * @param address the client's, as {@link ClientAddress#of} has it
   * @throws RealtimeException with {@code RATE_LIMITED} if the user or the address has too many,
   *     {@code OVERLOADED} if the node has
   */
  public Permit acquire(Identity identity, String address) {
    String user = nameOf(identity);
    String group = ClientAddress.group(address);
    takeHere(user, group);
    Optional<Runnable> shared = Optional.empty();
    try {
      shared = everywhere.take(user);
    } finally {
      if (shared.isEmpty()) {
        giveBackHere(user, group);
      }
    }
    Runnable everywhereToo =
        shared.orElseThrow(() -> tooMany("connections per user, on all nodes"));
    return new Permit(
        () -> {
          giveBackHere(user, group);
          everywhereToo.run();
        });
  }

  /**
   * Takes a place on this node for somebody who has yet to say who it is; then {@link #acquireUser}
   * takes the user's.
   *
   * @throws RealtimeException as {@link #acquire}
   */
  public Permit acquireUnknown(String address) {
    String group = ClientAddress.group(address);
    takeHere(group);
    return new Permit(() -> giveBackHere(group));
  }

  /**
   * Takes a user's place on a connection that has its place on this node already.
   *
   * @throws RealtimeException as {@link #acquire}
   */
  public Permit acquireUser(Identity identity) {
    String user = nameOf(identity);
    if (!take(byUser, user, maxPerUser)) {
      throw tooMany("connections per user");
    }
    Optional<Runnable> shared = Optional.empty();
    try {
      shared = everywhere.take(user);
    } finally {
      if (shared.isEmpty()) {
        giveBack(byUser, user);
      }
    }
    Runnable everywhereToo =
        shared.orElseThrow(() -> tooMany("connections per user, on all nodes"));
    return new Permit(
        () -> {
          giveBack(byUser, user);
          everywhereToo.run();
        });
  }

  private static String nameOf(Identity identity) {
    return identity.organization() + '/' + identity.kind() + '/' + identity.userId();
  }

  private void takeHere(String group) {
    if (!take(byAddress, group, maxPerAddress)) {
      throw tooMany("connections per address");
    }
    if (total.getAndUpdate(open -> open < maxTotal ? open + 1 : open) >= maxTotal) {
      giveBack(byAddress, group);
      throw new RealtimeException(ErrorCode.OVERLOADED, "connections on this node", RETRY_AFTER);
    }
  }

  private void takeHere(String user, String group) {
    if (!take(byUser, user, maxPerUser)) {
      throw tooMany("connections per user");
    }
    boolean taken = false;
    try {
      takeHere(group);
      taken = true;
    } finally {
      if (!taken) {
        giveBack(byUser, user);
      }
    }
  }

  private void giveBackHere(String user, String group) {
    giveBackHere(group);
    giveBack(byUser, user);
  }

  private void giveBackHere(String group) {
    total.decrementAndGet();
    giveBack(byAddress, group);
  }

  private static RealtimeException tooMany(String what) {
    return new RealtimeException(ErrorCode.RATE_LIMITED, what, RETRY_AFTER);
  }

  /** Connections that are open now. */
  public int open() {
    return total.get();
  }

  /** Users and addresses that are being counted: nothing when no connection is open. */
  int counted() {
    return byUser.size() + byAddress.size();
  }

  private static boolean take(ConcurrentHashMap<String, Integer> counts, String key, int max) {
    boolean[] taken = {false};
    counts.compute(
        key,
        (ignored, count) -> {
          int open = count == null ? 0 : count;
          taken[0] = open < max;
          return taken[0] ? Integer.valueOf(open + 1) : count;
        });
    return taken[0];
  }

  private static void giveBack(ConcurrentHashMap<String, Integer> counts, String key) {
    counts.computeIfPresent(key, (ignored, count) -> count == 1 ? null : count - 1);
  }

  /** One connection's place. Closing it again does nothing. */
  public static final class Permit implements AutoCloseable {
    private final Runnable giveBack;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Permit(Runnable giveBack) {
      this.giveBack = giveBack;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        giveBack.run();
      }
    }
  }
}
