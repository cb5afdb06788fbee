package io.carillon.presence;

import java.util.Objects;

/**
 * Names a {@link PresenceEntry}.
 *
 * @param connectionId unique among all connections of all nodes, and never used again
 */
public record PresenceKey(PresenceScope scope, String connectionId) {
  public PresenceKey {
    Objects.requireNonNull(scope);
    Objects.requireNonNull(connectionId);
  }
}
