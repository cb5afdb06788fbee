package io.carillon.presence;

import io.carillon.domain.user.UserId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What can be told of one user's presence.
 *
 * @param lastSeenMillis when a connection of the user was last known to live, in epoch
 *     milliseconds; for somebody online at most one heartbeat ago; 0 for never, or too long ago to
 *     be remembered
 * @param metadata JSON text of the connection that told something last; the empty string for
 *     somebody offline
 */
public record PresenceView(UserId userId, boolean online, long lastSeenMillis, String metadata) {
  public PresenceView {
    Objects.requireNonNull(userId);
    Objects.requireNonNull(metadata);
  }

  public Optional<Instant> lastSeen() {
    return lastSeenMillis == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(lastSeenMillis));
  }
}
