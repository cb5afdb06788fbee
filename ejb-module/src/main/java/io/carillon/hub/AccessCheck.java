package io.carillon.hub;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.Identity;

/**
 * Asks the record, not a cache, whether somebody may still read a channel. May wait for the
 * database.
 */
@FunctionalInterface
public interface AccessCheck {
  /**
   * @throws RuntimeException when the record cannot be asked; it is then asked again
   */
  boolean mayRead(Identity identity, ChannelKey channel);
}
