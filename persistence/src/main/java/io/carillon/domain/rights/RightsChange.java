package io.carillon.domain.rights;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.UserId;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody may do has changed; whoever keeps an answer asks again. It tells whom to ask about,
 * never what the answer is, so it may come late, twice, or in another order. Told after the commit.
 *
 * @param organization the organization concerned; null for all
 * @param channel the channel concerned; null for all of the organization
 * @param user the user concerned; null for everybody
 */
public record RightsChange(String organization, ChannelName channel, UserId user) {
  public RightsChange {
    if (organization == null && (channel != null || user != null)) {
      throw new IllegalArgumentException("what is in no organization");
    }
  }

  /** A user's right to a channel: added, removed, muted, another role. */
  public static RightsChange ofMember(String organization, ChannelName channel, UserId user) {
    return new RightsChange(
        Objects.requireNonNull(organization),
        Objects.requireNonNull(channel),
        Objects.requireNonNull(user));
  }

  /** A channel's visibility, policy or archived flag. */
  public static RightsChange ofChannel(String organization, ChannelName channel) {
    return new RightsChange(
        Objects.requireNonNull(organization), Objects.requireNonNull(channel), null);
  }

  /** A user as a whole: locked, or one of the tokens or the key revoked. */
  public static RightsChange ofUser(String organization, UserId user) {
    return new RightsChange(
        Objects.requireNonNull(organization), null, Objects.requireNonNull(user));
  }

  /** Anything: changes may have been missed. */
  public static RightsChange ofAll() {
    return new RightsChange(null, null, null);
  }

  /** Whether it may change what this user may do in this channel. */
  public boolean concerns(ChannelKey where, UserId who) {
    return concerns(where.organization(), who) && (channel == null || channel.equals(where.name()));
  }

  /** Whether it may change who this user is, and that in every channel. */
  public boolean concernsProofsOf(String where, UserId who) {
    return channel == null && concerns(where, who);
  }

  private boolean concerns(String where, UserId who) {
    return (organization == null || organization.equals(where))
        && (user == null || user.equals(who));
  }

  public Optional<String> concernedOrganization() {
    return Optional.ofNullable(organization);
  }

  public Optional<ChannelName> concernedChannel() {
    return Optional.ofNullable(channel);
  }

  public Optional<UserId> concernedUser() {
    return Optional.ofNullable(user);
  }
}
