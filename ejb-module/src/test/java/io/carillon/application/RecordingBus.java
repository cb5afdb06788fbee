package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Keeps what other nodes would be told, in order. */
final class RecordingBus implements Bus {
  volatile boolean connected = true;
  final List<Object> told = new ArrayList<>();

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    told.addAll(events);
  }

  @Override
  public void announce(RightsChange change) {
    told.add(change);
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  @Override
  public void listen(BusListener listener) {
    throw new UnsupportedOperationException();
  }
}
