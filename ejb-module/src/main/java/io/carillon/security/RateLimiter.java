package io.carillon.security;

import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;

/**
 * How many messages a user may send, over all connections. One sender's flood must not become
 * everybody's. For any thread; never blocks for long.
 */
public interface RateLimiter {
  /**
   * Counts one message of this sender; code of this server may send as much as it wants.
   *
   * @throws RealtimeException with {@code RATE_LIMITED} and the wait until the next one is allowed
   */
  void take(Identity sender);
}
