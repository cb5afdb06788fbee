package io.carillon.bus;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.user.UserId;
import java.util.List;

/**
 * Hears what begins on this node, whoever asked for it: each event once in the whole cluster, since
 * one node begins it. Called after the commit, by any thread, those of the log among them; must not
 * block and must not throw.
 */
public interface OriginListener {
  /** Nobody. */
  OriginListener NONE =
      new OriginListener() {
        @Override
        public void onEvents(List<? extends ChannelEvent> events) {}

        @Override
        public void onPresence(String organization, UserId user, boolean online) {}
      };

  /** This node has sent these on, in this order. */
  void onEvents(List<? extends ChannelEvent> events);

  /** This node has found that a user came to the organization, or went. */
  void onPresence(String organization, UserId user, boolean online);
}
