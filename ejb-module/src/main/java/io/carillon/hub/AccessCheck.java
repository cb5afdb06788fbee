package io.carillon.hub;

import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.Identity;
import java.util.Set;

/** Asks the record, not a cache, who may still read which channel. May wait for the database. */
@FunctionalInterface
public interface AccessCheck {
  /** Askers of one question. */
  int MAX_ASKERS = 1_000;

  /**
   * Those of the askers who may read, with one question to the record.
   *
   * @param askers at most {@value #MAX_ASKERS}
   * @throws RuntimeException when the record cannot be asked; it is then asked again
   */
  Set<Asker> readersAmong(Set<Asker> askers);

  /** The same for one. */
  default boolean mayRead(Identity identity, ChannelKey channel) {
    return !readersAmong(Set.of(new Asker(identity, channel))).isEmpty();
  }
}
