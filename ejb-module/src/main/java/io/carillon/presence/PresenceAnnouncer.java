package io.carillon.presence;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells an organization who came and who went: one event for each transition, on the channel that
 * all its members read.
 *
 * <p>Each event goes to every connection of the organization, so ten thousand users who come at
 * once would cost a hundred million deliveries. Hence a budget of deliveries for each organization.
 * A small one never notices it. Beyond it a transition waits for at most {@link #MAX_DELAY}, and is
 * forgotten together with its opposite when that comes meanwhile; one that cannot go in that time
 * is left out, and so is the one that would have taken it back: what an observer hears of a user
 * always alternates. Who was left out is still found by a query.
 *
 * <p>One thread at a time.
 */
final class PresenceAnnouncer {
  /** Budget that is kept for a burst, as when a small organization comes to work at nine. */
  static final int SAVED_SECONDS = 3;

  static final Duration MAX_DELAY = Duration.ofSeconds(1);

  /** Transitions of one organization that may wait; no budget could bring more in time. */
  static final int MAX_WAITING = 10_000;

  /** Users of one organization of whom observers know the opposite; the oldest are forgotten. */
  static final int MAX_UNTOLD = 100_000;

  private record Waiting(PresenceTransition transition, long sinceMillis) {}

  /** One organization's budget, and what it could not pay for. */
  private final class Account {
    private final LinkedHashMap<UserId, Waiting> waiting = new LinkedHashMap<>();
    private final LinkedHashMap<UserId, Boolean> untold = new LinkedHashMap<>();
    private double deliveries = maxSaved();
    private long countedAtMillis;

    Account(long nowMillis) {
      this.countedAtMillis = nowMillis;
    }

    void refill(long nowMillis) {
      long elapsed = Math.max(0, nowMillis - countedAtMillis);
      deliveries = Math.min(maxSaved(), deliveries + elapsed / 1_000.0 * deliveriesPerSecond);
      countedAtMillis = nowMillis;
    }

    /** Goes into debt for the last one, so that even a huge organization hears something. */
    boolean pay(int cost) {
      if (deliveries <= 0) {
        return false;
      }
      deliveries -= cost;
      return true;
    }

    /** Whether it holds nothing that a new account would not. */
    boolean isSettled() {
      return waiting.isEmpty() && untold.isEmpty() && deliveries >= maxSaved();
    }
  }

  private final Bus bus;
  private final PresenceMeters meters;
  private final LocalConnections connections;
  private final int deliveriesPerSecond;
  private final Map<String, Account> accounts = new HashMap<>();

  /**
   * @param deliveriesPerSecond budget of each organization; 0 for no limit
   */
  PresenceAnnouncer(
      Bus bus, PresenceMeters meters, LocalConnections connections, int deliveriesPerSecond) {
    this.bus = bus;
    this.meters = meters;
    this.connections = connections;
    this.deliveriesPerSecond = deliveriesPerSecond;
  }

  private double maxSaved() {
    return (double) SAVED_SECONDS * deliveriesPerSecond;
  }

  /** Takes transitions in the order in which they were decided. */
  void announce(List<PresenceTransition> transitions, long nowMillis) {
    for (PresenceTransition transition : transitions) {
      // Of channels the presence can be asked; there is no event for it.
      if (transition.scope().isOrganization()) {
        announce(transition, nowMillis);
      }
    }
  }

  private void announce(PresenceTransition transition, long nowMillis) {
    meters.transition(transition.change());
    if (deliveriesPerSecond == 0) {
      publish(transition);
      return;
    }
    String organization = transition.scope().organization();
    Account account = accounts.computeIfAbsent(organization, o -> new Account(nowMillis));
    account.refill(nowMillis);
    UserId user = transition.user();
    if (account.waiting.remove(user) != null || account.untold.remove(user) != null) {
      meters.cancelled();
    } else if (account.waiting.isEmpty() && account.pay(cost(organization))) {
      publish(transition);
    } else if (account.waiting.size() < MAX_WAITING) {
      account.waiting.put(user, new Waiting(transition, nowMillis));
    } else {
      leaveOut(account, user);
    }
  }

  private int cost(String organization) {
    return Math.max(1, connections.connectionsOf(organization));
  }

  private void leaveOut(Account account, UserId user) {
    meters.dropped();
    account.untold.put(user, Boolean.TRUE);
    if (account.untold.size() > MAX_UNTOLD) {
      Iterator<UserId> oldestFirst = account.untold.keySet().iterator();
      oldestFirst.next();
      oldestFirst.remove();
    }
  }

  /** Sends what has waited and can be paid for now; to be called each 100 ms or so. */
  void flush(long nowMillis) {
    for (Iterator<Map.Entry<String, Account>> all = accounts.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, Account> one = all.next();
      Account account = one.getValue();
      account.refill(nowMillis);
      flush(one.getKey(), account, nowMillis);
      if (account.isSettled()) {
        all.remove();
      }
    }
  }

  private void flush(String organization, Account account, long nowMillis) {
    if (account.waiting.isEmpty()) {
      return;
    }
    int cost = cost(organization);
    List<Waiting> oldestFirst = new ArrayList<>(account.waiting.values());
    for (Waiting one : oldestFirst) {
      UserId user = one.transition.user();
      if (account.pay(cost)) {
        account.waiting.remove(user);
        publish(one.transition);
      } else if (nowMillis - one.sinceMillis >= MAX_DELAY.toMillis()) {
        account.waiting.remove(user);
        leaveOut(account, user);
      } else {
        return; // all that follow are younger
      }
    }
  }

  /** Whether {@link #flush} has something to do. */
  boolean hasWaiting() {
    for (Account account : accounts.values()) {
      if (!account.waiting.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void publish(PresenceTransition transition) {
    String organization = transition.scope().organization();
    String userId = transition.user().value();
    ChannelKey channel = new ChannelKey(organization, ChannelName.announcementsOf(organization));
    Signal.Type type =
        transition.isOnline() ? Signal.Type.PRESENCE_ONLINE : Signal.Type.PRESENCE_OFFLINE;
    String data = new JsonObject().put("userId", userId).toString();
    bus.publish(List.of(new Signal(channel, type, data, userId)));
  }
}
