package io.carillon.security;

import io.carillon.domain.user.Identity;
import java.security.Principal;
import java.util.Objects;

/**
 * An identity in the shape that containers hand on, for instance from a handshake to a WebSocket
 * session, with the one thing more that limits need to know and a handshake does not tell.
 *
 * @param address the client's, as {@link ClientAddress#of} has it
 * @param place for the connection that a handshake asks for
 */
public record IdentityPrincipal(Identity identity, String address, HeldPlace place)
    implements Principal {
  public IdentityPrincipal {
    Objects.requireNonNull(identity);
    Objects.requireNonNull(address);
    Objects.requireNonNull(place);
  }

  /** Of somebody who asks for no connection. */
  public IdentityPrincipal(Identity identity, String address) {
    this(identity, address, HeldPlace.none());
  }

  @Override
  public String getName() {
    return identity.userId().value();
  }
}
