package io.carillon.gateway.sse;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;

/** What a client is not told although it listens to the channel. */
final class Heard {
  private Heard() {}

  /** Whether it is the client's own typing. */
  static boolean isOwnTyping(ChannelEvent event, Identity identity) {
    return event instanceof Signal signal
        && signal.type() == Signal.Type.TYPING
        && signal.originUserId().equals(identity.userId().value());
  }
}
