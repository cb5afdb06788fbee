package io.carillon.bus;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How nodes tell each other. Events reach the listeners of this node through the bus as well, and
 * at once. It is an accelerator: it may lose, repeat or reorder, and whoever listens makes up for
 * that from the log. Any thread.
 */
public interface Bus {

  /**
   * Sends events on, in this order. Never blocks and never throws; a logged event was committed
   * before.
   */
  void publish(List<? extends ChannelEvent> events);

  /** Tells every node that somebody's rights have changed. As {@link #publish}. */
  void announce(RightsChange change);

  /** Wants the events of a channel; completes when none can be missed any more. */
  CompletionStage<Void> subscribe(ChannelKey channel);

  void unsubscribe(ChannelKey channel);

  /** Whether other nodes are reached just now; without a connection the log makes up for it. */
  boolean isConnected();

  /**
   * Sets who hears the events of this node's channels, and begins; once, before anything else is
   * asked for.
   */
  void listen(BusListener listener);
}
