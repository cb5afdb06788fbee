package io.carillon.bus;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import jakarta.enterprise.inject.Vetoed;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A bus that tells of what it was given. */
@Vetoed // made where it is chosen
public final class ObservedBus implements Bus {
  private final Bus bus;
  private final OriginListener origin;

  public ObservedBus(Bus bus, OriginListener origin) {
    this.bus = bus;
    this.origin = origin;
  }

  /** The bus itself. */
  public Bus inner() {
    return bus;
  }

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    bus.publish(events);
    origin.onEvents(events); // after those who wait for it
  }

  @Override
  public void announce(RightsChange change) {
    bus.announce(change);
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    return bus.subscribe(channel);
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    bus.unsubscribe(channel);
  }

  @Override
  public boolean isConnected() {
    return bus.isConnected();
  }

  @Override
  public void listen(BusListener listener) {
    bus.listen(listener);
  }
}
