package io.carillon.domain.user;

import java.time.Instant;
import java.util.Objects;

/**
 * Who a session has proved to be.
 *
 * @param organization the tenant; nothing crosses it
 * @param name display name, never blank
 * @param avatarUrl address of a picture, or the empty string
 * @param tokenId the {@code jti} of the token, an id of the API key, or the empty string
 * @param expiresAt when the proof ends; {@link Instant#MAX} for what never does
 * @param kind a person, a program with an API key, or code of this server
 * @param authenticatedAtMillis when the user proved to be the user, in epoch milliseconds; {@link
 *     #ALWAYS} for a proof that cannot be too old
 */
public record Identity(
    String organization,
    UserId userId,
    String name,
    String avatarUrl,
    OrganizationRole role,
    String tokenId,
    Instant expiresAt,
    Kind kind,
    long authenticatedAtMillis) {
  /** What does not come from a login: a key, the server's own word. */
  public static final long ALWAYS = Long.MAX_VALUE;

  /** One whose proof cannot be too old. */
  public Identity(
      String organization,
      UserId userId,
      String name,
      String avatarUrl,
      OrganizationRole role,
      String tokenId,
      Instant expiresAt,
      Kind kind) {
    this(organization, userId, name, avatarUrl, role, tokenId, expiresAt, kind, ALWAYS);
  }

  /**
   * Programs may notify and announce, but are never present and have no inbox. Code of this server
   * speaks for whom it names, decides like an owner, and has nothing to prove.
   */
  public enum Kind {
    USER,
    API_KEY,
    SERVER
  }

  public Identity {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(userId);
    Objects.requireNonNull(name);
    Objects.requireNonNull(avatarUrl);
    Objects.requireNonNull(role);
    Objects.requireNonNull(tokenId);
    Objects.requireNonNull(expiresAt);
    Objects.requireNonNull(kind);
  }

  public boolean isAdmin() {
    return role.isAdmin();
  }

  /** Whether it is an admin, and no program. */
  public boolean isAdminInPerson() {
    return kind == Kind.USER && isAdmin();
  }

  /** Whether it is a person whose role has this right; what that reaches is another matter. */
  public boolean has(AdminRight right) {
    return kind == Kind.USER && right.isOf(role);
  }

  /** Code of this server that speaks for the same user: it decides like an owner. */
  public Identity carriedOutByServer() {
    return new Identity(
        organization,
        userId,
        name,
        avatarUrl,
        OrganizationRole.OWNER,
        "",
        Instant.MAX,
        Kind.SERVER);
  }

  /** The same user by a proof of that time. */
  public Identity authenticatedAt(long millis) {
    return new Identity(
        organization, userId, name, avatarUrl, role, tokenId, expiresAt, kind, millis);
  }

  public boolean isExpiredAt(Instant now) {
    return !now.isBefore(expiresAt);
  }
}
