package io.carillon.domain.channel;

import java.util.Objects;

/**
 * What of a membership decides about rights.
 *
 * @param mutedUntilMillis epoch milliseconds, exclusive; 0 for not muted
 * @param banned whether it keeps the user out instead of letting in
 */
public record MemberRights(Role role, long mutedUntilMillis, boolean banned) {
  /** Of somebody who is not banned. */
  public MemberRights(Role role, long mutedUntilMillis) {
    this(role, mutedUntilMillis, false);
  }

  public MemberRights {
    Objects.requireNonNull(role);
  }

  public boolean isMutedAt(long nowMillis) {
    return mutedUntilMillis > nowMillis;
  }
}
