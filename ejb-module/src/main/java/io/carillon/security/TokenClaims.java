package io.carillon.security;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Instant;

/**
 * What a token that has been verified says.
 *
 * @param own whether one of our logins made it; then the account, not the token, tells the rest
 * @param name display name, never blank
 * @param avatarUrl address of a picture, or the empty string
 * @param tokenId what a logout revokes: the session of our own token, a digest of a foreign one
 * @param authenticatedAt when the user proved to be the user
 * @param expiresAt the first moment at which the token is no longer valid
 */
record TokenClaims(
    boolean own,
    String organization,
    UserId userId,
    String name,
    String avatarUrl,
    OrganizationRole role,
    String tokenId,
    Instant authenticatedAt,
    Instant expiresAt) {

  Identity toIdentity() {
    return new Identity(
        organization,
        userId,
        name,
        avatarUrl,
        role,
        tokenId,
        expiresAt,
        Identity.Kind.USER,
        authenticatedAt.toEpochMilli());
  }
}
