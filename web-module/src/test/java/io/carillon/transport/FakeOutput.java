package io.carillon.transport;

import io.carillon.hub.EncodedFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that takes what a test lets it take. */
public final class FakeOutput implements StreamOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  public final List<Integer> writes = new ArrayList<>();
  private Listener listener;
  private int room = Integer.MAX_VALUE;
  public boolean begun;
  public boolean completed;
  public boolean aborted;
  public boolean clientLost;
  private boolean broken;
  private boolean over;

  /** Takes so many more bytes, and says that it does. */
  public void takeMore(int count) {
    room = count;
    listener.writePossible();
  }

  public void takeNothing() {
    room = 0;
  }

  /** The client has gone; nobody knows yet. */
  public void breakDown() {
    broken = true;
  }

  /** The container says that it is over. */
  public void endByContainer() {
    end();
  }

  public String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  public EventStreamParser stream() {
    return EventStreamParser.parse(bytes.toByteArray());
  }

  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    listener.ended();
    return true;
  }

  @Override
  public void listen(Listener newListener) {
    listener = newListener;
  }

  @Override
  public boolean begin(int status, Map<String, String> headers) {
    begun = true;
    listener.writePossible();
    return true;
  }

  @Override
  public int write(EncodedFrame[] frames, int from, int end, int skip) throws IOException {
    if (over) {
      throw new AssertionError("written to after the end");
    }
    if (broken) {
      throw new IOException("broken pipe");
    }
    if (!begun) {
      return 0;
    }
    int taken = 0;
    int offset = skip;
    for (int i = from; i < end && room > 0; i++) {
      int part = Math.min(frames[i].bytes().length - offset, room);
      bytes.write(frames[i].bytes(), offset, part);
      room -= part;
      taken += part;
      offset = 0;
    }
    if (taken > 0) {
      writes.add(taken);
    }
    return taken;
  }

  @Override
  public boolean complete() {
    completed |= end();
    return true;
  }

  @Override
  public boolean isClientLost() {
    return clientLost;
  }

  @Override
  public void abort() {
    aborted |= end();
  }

  @Override
  public boolean release() {
    return !begun && end();
  }
}
