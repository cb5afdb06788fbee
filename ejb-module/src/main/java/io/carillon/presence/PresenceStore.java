package io.carillon.presence;

import io.carillon.domain.user.UserId;
import java.util.Collection;
import java.util.List;

/**
 * Who is there, on any node: one entry for each connection in each scope, with an expiry of its
 * own. A user is online in a scope as long as an entry of theirs is there.
 *
 * <p>The store alone decides who came and who went, each decision atomically and by its own clock:
 * over all callers together, a user's transitions in one scope alternate and each is returned
 * exactly once. A user goes offline when the last entry is removed, or when {@link #sweep} finds it
 * expired; until then an expired entry counts, and a {@code KEEP} brings it back without a
 * transition. So what {@link #query} tells agrees with the transitions, and a node that paused does
 * not make its users flicker.
 *
 * <p>A store may be away, and lose all it has: then a call throws, whether it was carried out or
 * not, and the caller tells everything again, what it had told before as {@code EXTEND} and first.
 * No transition is lost with a call that throws: a later one returns it. What comes back with an
 * {@code EXTEND} after a loss causes none, since nobody was told that its user went; a second
 * {@code ONLINE} would not only be wrong, but be taken for the opposite of the first where a
 * transition waits to be announced.
 *
 * <p>A question to a store that is away fails with {@code OVERLOADED}.
 *
 * <p>Each call is one round trip and may wait for it. Any thread.
 */
public interface PresenceStore {

  /**
   * Applies changes in their order.
   *
   * @param changes at most 1,000
   * @return the transitions that they caused, in order within each organization
   */
  List<PresenceTransition> apply(Collection<PresenceChange> changes);

  /**
   * Ends entries that have expired, whichever node they came from.
   *
   * @param maxEntries bounds the work of one call
   */
  Swept sweep(int maxEntries);

  /**
   * What is known of users in an organization, in the order asked for; a user that nobody has heard
   * of is offline.
   *
   * @param users at most 1,000
   */
  List<PresenceView> query(String organization, Collection<UserId> users);

  /**
   * Users who are online in a scope, each once, in no particular order.
   *
   * @param maxUsers there may be more
   */
  List<PresenceView> present(PresenceScope scope, int maxUsers);

  /**
   * What a {@link #sweep} did.
   *
   * @param entries that it ended; when this is what was asked for, there may be more
   * @param transitions that this caused, in order within each organization
   */
  record Swept(int entries, List<PresenceTransition> transitions) {
    public Swept {
      transitions = List.copyOf(transitions);
    }
  }
}
