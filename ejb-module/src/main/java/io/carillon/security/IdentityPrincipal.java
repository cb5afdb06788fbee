package io.carillon.security;

import io.carillon.domain.user.Identity;
import java.security.Principal;
import java.util.Objects;

/** An identity in the shape that containers hand on, for instance to a WebSocket session. */
public record IdentityPrincipal(Identity identity) implements Principal {
  public IdentityPrincipal {
    Objects.requireNonNull(identity);
  }

  @Override
  public String getName() {
    return identity.userId().value();
  }
}
