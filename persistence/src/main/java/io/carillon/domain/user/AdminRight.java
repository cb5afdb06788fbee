package io.carillon.domain.user;

import static io.carillon.domain.user.OrganizationRole.ADMIN;
import static io.carillon.domain.user.OrganizationRole.CHANNEL_ADMIN;
import static io.carillon.domain.user.OrganizationRole.MODERATOR;
import static io.carillon.domain.user.OrganizationRole.OPERATOR;
import static io.carillon.domain.user.OrganizationRole.OWNER;
import static io.carillon.domain.user.OrganizationRole.VIEWER;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What administrators may do, and which roles have it: the one table of it. Held by people only,
 * never by a program. {@code docs/administration.md} shows it.
 */
public enum AdminRight {
  OVERVIEW_VIEW("see the overview", VIEWER, MODERATOR, CHANNEL_ADMIN, OPERATOR),
  CHANNELS_VIEW(
      "see all channels, their members, bans and statistics",
      VIEWER,
      MODERATOR,
      CHANNEL_ADMIN,
      OPERATOR),
  CHANNELS_MANAGE("make, change and archive channels, add members, give roles", CHANNEL_ADMIN),
  MEMBERS_MODERATE(
      "mute, remove and ban; a moderator only readers and writers", MODERATOR, CHANNEL_ADMIN),
  MESSAGES_READ(
      "read every channel's history; of a private one it is audited", MODERATOR, CHANNEL_ADMIN),
  MESSAGES_MODERATE("edit and redact what others wrote", MODERATOR, CHANNEL_ADMIN),
  USERS_VIEW("see the accounts", VIEWER, MODERATOR, CHANNEL_ADMIN, OPERATOR),
  USERS_MANAGE("make accounts, give roles and passwords, lock, sign out"),
  CONNECTIONS_VIEW("see who is connected, from where", VIEWER, OPERATOR),
  CONNECTIONS_CLOSE("end connections", OPERATOR),
  NODES_VIEW("see the nodes and their load", VIEWER, OPERATOR),
  NODES_DRAIN("drain nodes, and take them back", OPERATOR),
  SETTINGS_VIEW("see the settings; secrets are masked", OPERATOR),
  ANNOUNCEMENTS_VIEW(
      "see announcements and who has acknowledged them",
      VIEWER,
      MODERATOR,
      CHANNEL_ADMIN,
      OPERATOR),
  ANNOUNCEMENTS_SEND("write, schedule and cancel announcements"),
  KEYS_MANAGE("make, rotate and revoke API keys"),
  AUDIT_VIEW("see, export and check the audit", VIEWER, OPERATOR),
  RIGHTS_EXPLAIN("ask why somebody may do something", VIEWER, MODERATOR, CHANNEL_ADMIN, OPERATOR);

  private final String text;
  private final Set<OrganizationRole> roles;

  AdminRight(String text, OrganizationRole... rolesBelowAdmin) {
    this.text = text;
    this.roles = EnumSet.of(ADMIN, OWNER);
    this.roles.addAll(Arrays.asList(rolesBelowAdmin));
  }

  /** What it lets somebody do, for people. */
  public String text() {
    return text;
  }

  /** Whether whoever has that role has this right. */
  public boolean isOf(OrganizationRole role) {
    return roles.contains(role);
  }

  /**
   * Whether it reaches beyond the organization, to what all of them share. Only the organization
   * that operates the server has it.
   */
  public boolean isOfServer() {
    return this == NODES_DRAIN || this == SETTINGS_VIEW;
  }

  /** All that a role has, in the order of the constants. */
  public static List<AdminRight> of(OrganizationRole role) {
    return Arrays.stream(values()).filter(right -> right.isOf(role)).toList();
  }
}
