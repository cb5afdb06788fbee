package io.carillon.domain.channel;

import java.util.Objects;

/**
 * What of a membership decides about rights.
 *
 * @param mutedUntilMillis epoch milliseconds, exclusive; 0 for not muted
 */
public record MemberRights(Role role, long mutedUntilMillis) {
  public MemberRights {
    Objects.requireNonNull(role);
  }

  public boolean isMutedAt(long nowMillis) {
    return mutedUntilMillis > nowMillis;
  }
}
