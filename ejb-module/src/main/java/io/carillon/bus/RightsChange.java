package io.carillon.bus;

import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.UserId;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody may do has changed; whoever keeps an answer asks again. Told after the commit.
 *
 * @param channel the channel concerned; null for all of the organization
 * @param user the user concerned; null for everybody
 * @param tokenId the token that is no longer valid; null for none
 */
public record RightsChange(String organization, ChannelName channel, UserId user, String tokenId) {
  public RightsChange {
    Objects.requireNonNull(organization);
  }

  /** A user's right to a channel: added, removed, another role. */
  public static RightsChange ofMember(String organization, ChannelName channel, UserId user) {
    return new RightsChange(organization, channel, user, null);
  }

  /** A channel's visibility, policy or archived flag. */
  public static RightsChange ofChannel(String organization, ChannelName channel) {
    return new RightsChange(organization, channel, null, null);
  }

  /** A user as a whole: locked, or another role in the organization. */
  public static RightsChange ofUser(String organization, UserId user) {
    return new RightsChange(organization, null, user, null);
  }

  /** One of a user's tokens was revoked. */
  public static RightsChange ofToken(String organization, UserId user, String tokenId) {
    return new RightsChange(organization, null, user, tokenId);
  }

  public Optional<ChannelName> concernedChannel() {
    return Optional.ofNullable(channel);
  }

  public Optional<UserId> concernedUser() {
    return Optional.ofNullable(user);
  }

  public Optional<String> revokedToken() {
    return Optional.ofNullable(tokenId);
  }
}
