package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.wire.Wire;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A client's socket that remembers every event it hears. */
final class Ear implements NativeSocketClient.Listener {
  private final List<NativeSocketClient.Frame> frames = new CopyOnWriteArrayList<>();

  private Ear() {}

  /** Is connected, and in these channels, when this returns. */
  static Ear open(Wire wire, Caller caller, String... channels) throws Exception {
    Ear ear = new Ear();
    NativeSocketClient client =
        NativeSocketClient.connect(wire, caller, ear).ready().get(20, TimeUnit.SECONDS);
    for (String channel : channels) {
      client.ask("channel:join", Map.of("channelId", channel)).get(20, TimeUnit.SECONDS);
    }
    return ear;
  }

  @Override
  public void frame(NativeSocketClient.Frame frame) {
    frames.add(frame);
  }

  @Override
  public void closed(int code, String reason, Throwable failure) {}

  /** Those of a kind, in the order in which they came. */
  List<NativeSocketClient.Frame> heard(String event) {
    return frames.stream().filter(frame -> frame.event().equals(event)).toList();
  }
}
