package io.carillon.facade;

import java.io.Serializable;
import java.util.Objects;

/**
 * Somebody became a member of a channel or ceased to be one. Fired as {@link MessageEvent} is:
 * after the commit, on the node that stored it.
 *
 * @param role the one given, or the last one
 * @param byUserId whose doing it is
 */
public record MemberEvent(
    String organization, String channel, String userId, String role, boolean added, String byUserId)
    implements Serializable {
  public MemberEvent {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(channel);
    Objects.requireNonNull(userId);
    Objects.requireNonNull(role);
    Objects.requireNonNull(byUserId);
  }
}
