package io.carillon.domain.message;

import io.carillon.domain.channel.ChannelKey;

/**
 * What goes out to a channel's subscribers: a change of the log, or a signal that nobody stores.
 */
public sealed interface ChannelEvent permits Publication, Signal {
  ChannelKey channel();

  /** Bytes that this event holds in memory, about: for limits on what waits. */
  int weightBytes();
}
