package io.carillon.presence;

import io.carillon.domain.user.UserId;
import java.util.Objects;

/**
 * One connection being there until it leaves or expires.
 *
 * @param metadata JSON text on one line, at most {@value #MAX_METADATA_BYTES} bytes of UTF-8
 */
public record PresenceEntry(PresenceKey key, UserId user, String metadata) {
  public static final int MAX_METADATA_BYTES = 1_024;

  public PresenceEntry {
    Objects.requireNonNull(key);
    Objects.requireNonNull(user);
    Objects.requireNonNull(metadata);
  }
}
