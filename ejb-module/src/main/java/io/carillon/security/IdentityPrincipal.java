package io.carillon.security;

import io.carillon.domain.user.Identity;
import java.security.Principal;
import java.util.Objects;

/**
 * An identity in the shape that containers hand on, for instance from a handshake to a WebSocket
 * session, with the one thing more that limits need to know and a handshake does not tell.
 *
 * @param address the client's, as {@link ClientAddress#of} has it
 */
public record IdentityPrincipal(Identity identity, String address) implements Principal {
  public IdentityPrincipal {
    Objects.requireNonNull(identity);
    Objects.requireNonNull(address);
  }

  @Override
  public String getName() {
    return identity.userId().value();
  }
}
