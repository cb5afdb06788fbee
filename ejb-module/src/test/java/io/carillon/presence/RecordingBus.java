package io.carillon.presence;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps the signals that were published, in order. Any thread. */
final class RecordingBus implements Bus {
  final List<Signal> signals = Collections.synchronizedList(new ArrayList<>());

  /** Happens once, while the next publication is on its way. */
  volatile Runnable meanwhile = () -> {};

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    Runnable now = meanwhile;
    meanwhile = () -> {};
    now.run();
    events.forEach(event -> signals.add((Signal) event));
  }

  /** What came since the last call. */
  List<Signal> take() {
    synchronized (signals) {
      List<Signal> taken = List.copyOf(signals);
      signals.clear();
      return taken;
    }
  }

  @Override
  public void announce(RightsChange change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    // nothing to give up
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public void listen(BusListener listener) {
    throw new UnsupportedOperationException();
  }
}
