package io.carillon.presence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.Identity;

/** Asks whether somebody may show in a channel that they are typing. May wait for the database. */
@FunctionalInterface
public interface TypingCheck {
  /** Whether the caller may publish there right now; false for a channel that does not exist. */
  boolean mayType(Identity identity, ChannelKey channel);
}
