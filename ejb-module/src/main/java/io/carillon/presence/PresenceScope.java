package io.carillon.presence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import java.util.Objects;
import java.util.Optional;

/**
 * Where somebody is present: in an organization as a whole, or in one of its channels.
 *
 * @param channel null for the organization as a whole
 */
public record PresenceScope(String organization, ChannelName channel) {
  public PresenceScope {
    Objects.requireNonNull(organization);
  }

  public static PresenceScope of(String organization) {
    return new PresenceScope(organization, null);
  }

  public static PresenceScope of(ChannelKey channel) {
    return new PresenceScope(channel.organization(), channel.name());
  }

  public Optional<ChannelName> concernedChannel() {
    return Optional.ofNullable(channel);
  }

  public boolean isOrganization() {
    return channel == null;
  }
}
