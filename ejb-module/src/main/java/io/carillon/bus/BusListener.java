package io.carillon.bus;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;

/** Who hears a {@link Bus}. Called by any thread; must not block. */
public interface BusListener {
  void onEvent(ChannelEvent event);

  void onRightsChange(RightsChange change);

  /** The bus was away: anything may have been missed. */
  void onReconnected();
}
