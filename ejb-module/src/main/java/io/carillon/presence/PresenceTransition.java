package io.carillon.presence;

import io.carillon.domain.user.UserId;
import java.util.Objects;

/**
 * A user came or went, all connections taken together. For one user in one scope the two alternate.
 *
 * @param sequence rises with each transition that the store decides in an organization, so that
 *     transitions which different callers were given can be put in order
 */
public record PresenceTransition(PresenceScope scope, UserId user, Change change, long sequence) {

  /** Which way. */
  public enum Change {
    ONLINE,
    OFFLINE
  }

  public PresenceTransition {
    Objects.requireNonNull(scope);
    Objects.requireNonNull(user);
    Objects.requireNonNull(change);
  }

  public boolean isOnline() {
    return change == Change.ONLINE;
  }
}
