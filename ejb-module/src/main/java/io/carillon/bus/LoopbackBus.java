package io.carillon.bus;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import jakarta.enterprise.inject.Vetoed;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The bus of a single node: hands on what it gets, on the publisher's thread. */
@Vetoed // made where it is chosen
public final class LoopbackBus implements Bus {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private volatile BusListener listener;

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    BusListener current = listener;
    if (current != null) {
      for (ChannelEvent event : events) {
        current.onEvent(event);
      }
    }
  }

  @Override
  public void announce(RightsChange change) {
    BusListener current = listener;
    if (current != null) {
      current.onRightsChange(change);
    }
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    return DONE;
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    // nothing to give up: there is only this node
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public void listen(BusListener newListener) {
    listener = newListener;
  }
}
