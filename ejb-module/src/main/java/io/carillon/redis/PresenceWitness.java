package io.carillon.redis;

import io.carillon.presence.PresenceTransition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a node knows of who is online in its organizations, on any node, so that a Redis which loses
 * everything does not lose those whose own node cannot tell it again: they have been said to come,
 * and have still to be said to go. It is a second or so behind, as it follows Redis' log with the
 * sweep.
 *
 * <p>After a loss what is known of an organization is a {@link Doubt}, until Redis has taken over
 * whoever is not told again by their own node. Not for several threads.
 */
final class PresenceWitness {
  /** Over all organizations; of more than these nothing is known after a loss. */
  private static final int MAX_USERS = 500_000;

  /** So far behind may another node's knowledge be. */
  private static final Duration RECENTLY = Duration.ofSeconds(10);

  /** Users of an organization who went recently; the oldest are forgotten. */
  static final int MAX_GONE = 1_000;

  /** What is known of an organization's users. */
  private static final class Known {
    final Set<String> online = new HashSet<>();
    final LinkedHashMap<String, Long> gone = new LinkedHashMap<>(); // to this node, and when
    String followed = ""; // sequence; empty before the first reading
    String nextReading; // the user after whom to go on; null where all has been read
  }

  /** An organization that may have been lost. */
  static final class Doubt {
    final String organization;
    final String epoch; // which it had
    final Set<String> online = new LinkedHashSet<>();
    final Set<String> gone = new LinkedHashSet<>();
    boolean ready; // nodes that live have told of their users

    private Doubt(String organization, String epoch) {
      this.organization = organization;
      this.epoch = epoch;
    }

    /** At most so many who were online; they are taken out with {@link #taken}. */
    List<String> next(int max) {
      return online.stream().limit(max).toList();
    }

    void taken(List<String> users) {
      users.forEach(online::remove);
    }
  }

  private final Map<String, Known> known = new HashMap<>();
  private final Map<String, Doubt> doubts = new LinkedHashMap<>();
  private int users; // online in known

  // ---- following Redis

  /** The sequence up to which the log of an organization has been read; empty for not at all. */
  String followed(String organization) {
    Known one = known.get(organization);
    return one == null ? "" : one.followed;
  }

  /**
   * Takes a part of the log that comes after {@link #followed}, or the order to read anew.
   *
   * @param news as presence-sweep.lua answers it
   */
  void follow(String organization, List<?> news) {
    Known one = known.computeIfAbsent(organization, o -> new Known());
    if (news.get(0).equals("ALL")) {
      users -= one.online.size();
      one.online.clear();
      one.followed = news.get(1).toString();
      one.nextReading = "";
      return;
    }
    for (Object text : news.subList(1, news.size())) {
      String[] parts = text.toString().split("\n", 3);
      one.followed = parts[0];
      set(one, parts[2], parts[1].equals(PresenceTransition.Change.ONLINE.name()));
    }
  }

  /** How many are known to be online in an organization. */
  int online(String organization) {
    Known one = known.get(organization);
    return one == null ? 0 : one.online.size();
  }

  private void set(Known one, String user, boolean online) {
    if (!online) {
      users -= one.online.remove(user) ? 1 : 0;
    } else if (users < MAX_USERS) {
      users += one.online.add(user) ? 1 : 0;
    }
  }

  /** Organizations of which a part has still to be read: the user after whom to go on. */
  Map<String, String> unread(int max) {
    Map<String, String> unread = new LinkedHashMap<>();
    for (Map.Entry<String, Known> one : known.entrySet()) {
      if (one.getValue().nextReading != null && unread.size() < max) {
        unread.put(one.getKey(), one.getValue().nextReading);
      }
    }
    return unread;
  }

  /**
   * @param part as presence-users.lua answers it
   */
  void read(String organization, List<?> part) {
    Known one = known.get(organization);
    for (Object user : part.subList(1, part.size())) {
      set(one, user.toString(), true);
    }
    boolean hasMore = part.get(0).toString().equals("1");
    one.nextReading = hasMore ? part.get(part.size() - 1).toString() : null;
  }

  /** Takes what was decided and given to this node, before the log tells it. */
  void given(PresenceTransition transition) {
    Known one = known.get(transition.scope().organization());
    if (one == null || !transition.scope().isOrganization()) {
      return;
    }
    String user = transition.user().value();
    one.gone.remove(user); // so that it becomes the youngest
    if (!transition.isOnline()) {
      one.gone.put(user, System.nanoTime());
      if (one.gone.size() > MAX_GONE) {
        Iterator<String> oldestFirst = one.gone.keySet().iterator();
        oldestFirst.next();
        oldestFirst.remove();
      }
    }
    set(one, user, transition.isOnline());
  }

  /** Nobody is left there. */
  void empty(String organization) {
    Known one = known.get(organization);
    if (one == null) {
      return;
    }
    users -= one.online.size();
    one.online.clear();
    one.gone.values().removeIf(PresenceWitness::isLongAgo);
    if (one.gone.isEmpty()) {
      known.remove(organization);
    }
  }

  private static boolean isLongAgo(long nanos) {
    return System.nanoTime() - nanos > RECENTLY.toNanos();
  }

  // ---- after a loss

  /**
   * Redis has lost something.
   *
   * @param epochs which the organizations had
   */
  void lost(Map<String, String> epochs) {
    known.forEach(
        (organization, one) -> {
          one.gone.values().removeIf(PresenceWitness::isLongAgo);
          if (one.online.isEmpty() && one.gone.isEmpty()) {
            return;
          }
          Doubt doubt =
              doubts.computeIfAbsent(
                  organization, o -> new Doubt(o, epochs.getOrDefault(organization, "")));
          doubt.online.addAll(one.online);
          doubt.online.removeAll(one.gone.keySet());
          one.gone.keySet().stream()
              .limit(MAX_GONE - doubt.gone.size())
              .forEach(doubt.gone::add); // whoever is in both counts twice, which does no harm
          doubt.ready = false;
        });
    known.clear();
    users = 0;
  }

  /** Whether a user was online in an organization that may have been lost. */
  boolean doubts(String organization, String user) {
    Doubt doubt = doubts.get(organization);
    return doubt != null && doubt.online.contains(user);
  }

  List<Doubt> doubts(int max) {
    return new ArrayList<>(doubts.values()).subList(0, Math.min(max, doubts.size()));
  }

  /** Nothing was lost, or Redis has taken over whoever was not told again. */
  void resolved(Doubt doubt) {
    doubts.remove(doubt.organization);
  }
}
