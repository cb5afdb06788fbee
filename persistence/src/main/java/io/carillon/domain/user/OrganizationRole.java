package io.carillon.domain.user;

/**
 * What a user is in the organization. From {@link #ADMIN} on a role holds all the rights of those
 * before it; what the ones in between may do is told by {@link AdminRight}.
 */
public enum OrganizationRole {
  MEMBER,
  /** Sees what administrators see, but no messages, and changes nothing. */
  VIEWER,
  /** Keeps order: mutes, removes and bans people, and takes messages away. */
  MODERATOR,
  /** Makes and changes channels and says who belongs to them. */
  CHANNEL_ADMIN,
  /** Looks after connections and nodes. */
  OPERATOR,
  ADMIN,
  OWNER;

  /** Admins and owners manage channels and members and may publish announcements. */
  public boolean isAdmin() {
    return this == ADMIN || this == OWNER;
  }
}
