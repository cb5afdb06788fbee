package io.carillon.domain.channel;

import java.util.Objects;

/**
 * A channel in the whole installation: its name, and the organization that the name is unique in.
 */
public record ChannelKey(String organization, ChannelName name) {
  public ChannelKey {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(name);
  }

  @Override
  public String toString() {
    return organization + '/' + name;
  }
}
