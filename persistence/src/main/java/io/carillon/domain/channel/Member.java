package io.carillon.domain.channel;

import io.carillon.domain.user.UserId;
import java.util.Objects;

/**
 * A line of a channel's list of members.
 *
 * @param name the user's id where no account is known
 * @param avatarUrl the empty string for none
 * @param mutedUntilMillis epoch milliseconds, exclusive; 0 for not muted
 * @param lastReadOffset 0 for nothing read
 */
public record Member(
    UserId user,
    String name,
    String avatarUrl,
    Role role,
    long mutedUntilMillis,
    long joinedAtMillis,
    long lastReadOffset) {
  public Member {
    Objects.requireNonNull(user);
    Objects.requireNonNull(name);
    Objects.requireNonNull(avatarUrl);
    Objects.requireNonNull(role);
  }
}
