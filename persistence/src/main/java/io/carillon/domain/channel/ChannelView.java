package io.carillon.domain.channel;

import io.carillon.domain.user.Identity;
import java.util.Objects;
import java.util.Optional;

/** A channel as one user sees it: with the user's own membership, if there is one. */
public final class ChannelView {
  private final Channel channel;
  private final Membership membership; // null for none

  public ChannelView(Channel channel) {
    this(channel, null);
  }

  /**
   * @param membership null for none: what an outer join brought
   */
  public ChannelView(Channel channel, Membership membership) {
    this.channel = Objects.requireNonNull(channel);
    this.membership = membership;
  }

  public Channel channel() {
    return channel;
  }

  public Optional<Membership> membership() {
    return Optional.ofNullable(membership);
  }

  /** What the user whose view this is may do. */
  public Access accessOf(Identity who, long nowMillis) {
    return Access.of(who, channel, membership(), nowMillis);
  }
}
