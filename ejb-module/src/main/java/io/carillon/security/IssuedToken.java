package io.carillon.security;

import io.carillon.domain.user.Identity;
import java.time.Instant;
import java.util.Objects;

/**
 * What a login hands out.
 *
 * @param token a secret: never logged
 */
public record IssuedToken(String token, Identity identity) {
  public IssuedToken {
    Objects.requireNonNull(token);
    Objects.requireNonNull(identity);
  }

  public Instant expiresAt() {
    return identity.expiresAt();
  }

  @Override
  public String toString() {
    return "IssuedToken[" + identity.userId() + ", " + expiresAt() + "]";
  }
}
