package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.Role;
import java.util.Objects;
import java.util.Optional;

/**
 * A channel in somebody's list.
 *
 * @param access what the caller may do there
 * @param member whether the caller has a stored membership
 * @param unread others' messages after the caller's read mark, counted to at most 1,000
 * @param lastReadOffset 0 for nothing read
 */
public record ChannelSummary(
    Channel channel, Access access, boolean member, long unread, long lastReadOffset) {
  public ChannelSummary {
    Objects.requireNonNull(channel);
    Objects.requireNonNull(access);
  }

  /** The role in effect; empty for an admin who only manages the channel. */
  public Optional<Role> role() {
    return access.role();
  }
}
