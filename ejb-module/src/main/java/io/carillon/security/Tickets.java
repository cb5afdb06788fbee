package io.carillon.security;

import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Tickets stand in for a token where a browser can send no header: valid for seconds, for one
 * stream or socket. For any thread.
 */
public interface Tickets {
  /**
   * A new ticket for this identity.
   *
   * @throws RealtimeException with {@code RATE_LIMITED} if the user holds too many, {@code
   *     OVERLOADED} if all users together do
   */
  Ticket issue(Identity holder);

  /** Whose ticket it is, once: of any number of calls at the same time one succeeds. */
  Optional<Identity> redeem(String ticket);

  /**
   * A ticket that was made.
   *
   * @param value a secret, at least 128 random bits of base64url
   */
  record Ticket(String value, Instant expiresAt) {
    public Ticket {
      Objects.requireNonNull(value);
      Objects.requireNonNull(expiresAt);
    }

    @Override
    public String toString() {
      return "Ticket[" + expiresAt + "]";
    }
  }
}
