package io.carillon.domain.channel;

import io.carillon.domain.user.Identity;
import java.util.Objects;

/** Somebody whose rights in a channel are asked for. */
public record Asker(Identity who, ChannelKey channel) {
  public Asker {
    Objects.requireNonNull(who);
    Objects.requireNonNull(channel);
  }
}
