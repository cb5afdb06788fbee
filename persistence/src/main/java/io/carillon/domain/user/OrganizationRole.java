package io.carillon.domain.user;

/** What a user is in the organization, in rising order of rights. */
public enum OrganizationRole {
  MEMBER,
  ADMIN,
  OWNER;

  /** Admins and owners manage channels and members and may publish announcements. */
  public boolean isAdmin() {
    return this != MEMBER;
  }
}
