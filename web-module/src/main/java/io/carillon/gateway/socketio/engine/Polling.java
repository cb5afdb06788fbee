package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.node.Workers;
import io.carillon.transport.StreamOutput;
import io.carillon.transport.WaitingAnswer;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session's transport of requests: one that waits for what there is to say, and one that brings
 * what the client has to say. Any thread.
 */
final class Polling implements FrameWriter {
  private static final Map<String, String> TEXT =
      Map.of("Content-Type", "text/plain; charset=UTF-8");
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final byte[] NOOP = {EnginePackets.NOOP};
  private static final byte[] CLOSE = {EnginePackets.CLOSE};

  private final EngineSession session;
  private final EngineLimits limits;
  private final Workers workers;
  private final AtomicBoolean receiving = new AtomicBoolean();

  // Guarded by this.
  private WaitingAnswer waiting; // null between two polls
  private boolean draining; // the client is about to change over: no poll is to wait
  private boolean ended;

  Polling(EngineSession session, EngineLimits limits, Workers workers) {
    this.session = session;
    this.limits = limits;
    this.workers = workers;
  }

  // ---- what goes out

  /**
   * A poll has come. A second one beside the first ends the session, as the protocol has it: the
   * client could not tell which of two answers comes first.
   */
  void poll(StreamOutput output) {
    WaitingAnswer answer =
        new WaitingAnswer(output, limits.queueBytes(), limits.writeDeadline(), workers);
    WaitingAnswer before;
    boolean over;
    synchronized (this) {
      over = ended;
      before = waiting;
      if (!over && before == null) {
        waiting = answer;
      }
    }
    if (over) {
      answer.answer(400, JSON, EngineError.SESSION_UNKNOWN.json());
      return;
    }
    if (before != null) {
      answer.answer(400, JSON, EngineError.BAD_REQUEST.json());
      if (take(before)) {
        before.answer(200, TEXT, CLOSE);
      }
      session.finish();
      return;
    }
    answer.whenEnded(() -> lost(answer));
    session.queue().writable();
    if (isDraining() && take(answer)) {
      answer.answer(200, TEXT, NOOP);
    }
  }

  private synchronized boolean isDraining() {
    return draining;
  }

  private synchronized boolean take(WaitingAnswer answer) {
    if (waiting != answer) {
      return false;
    }
    waiting = null;
    return true;
  }

  /** A poll has ended; if nobody had answered it, the client has given it up, and with it us. */
  private void lost(WaitingAnswer answer) {
    if (take(answer)) {
      session.finish();
    }
  }

  @Override
  public int write(EncodedFrame[] frames, int count) {
    int end = 0;
    while (end < count && frames[end].kind() != EncodedFrame.Kind.CLOSE) {
      end++;
    }
    int taken = EnginePayload.fitting(frames, end);
    boolean last = taken == end && end < count;
    if (taken == 0 && !last) {
      return 0;
    }
    WaitingAnswer answer;
    synchronized (this) {
      answer = waiting;
      waiting = null;
    }
    if (answer == null) {
      return 0;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    EnginePayload.write(frames, taken, body);
    if (last) {
      if (body.size() > 0) {
        body.write(EnginePayload.SEPARATOR);
      }
      body.write(EnginePackets.CLOSE);
    }
    answer.answer(200, TEXT, body.toByteArray());
    if (last) {
      session.finish();
      return taken + 1;
    }
    return taken;
  }

  @Override
  public void aborted(ErrorCode reason) {
    session.finish(); // the next poll is refused, and the client begins anew
  }

  // ---- what comes in

  /**
   * Takes what a request has brought.
   *
   * @return false if that has ended the session otherwise than by the client's farewell
   */
  boolean receive(byte[] body, int length) {
    boolean[] left = {false};
    try {
      EnginePayload.read(
          body,
          length,
          new EnginePayload.Handler() {
            @Override
            public boolean onPacket(byte[] utf8, int offset, int packetLength) {
              left[0] = packetLength == 1 && utf8[offset] == EnginePackets.CLOSE;
              return session.onPacket(utf8, offset, packetLength);
            }

            @Override
            public boolean onBinary(byte[] bytes) {
              return session.onBinary(bytes);
            }
          });
    } catch (RealtimeException e) {
      session.finish();
    }
    return left[0] || !session.isOver();
  }

  /**
   * A request with packets has come, whose body is about to be read.
   *
   * @return false if another one is being read
   */
  boolean beginReceiving() {
    return receiving.compareAndSet(false, true);
  }

  void endReceiving() {
    receiving.set(false);
  }

  boolean isReceiving() {
    return receiving.get();
  }

  // ---- the change to another transport, and the end

  /** No poll waits from now on. */
  void drain() {
    WaitingAnswer answer;
    synchronized (this) {
      draining = true;
      answer = waiting;
      waiting = null;
    }
    if (answer != null) {
      answer.answer(200, TEXT, NOOP);
    }
  }

  /** The change has come to nothing: polls wait again. */
  synchronized void holdAgain() {
    draining = false;
  }

  /** No more polls. */
  void end() {
    WaitingAnswer answer;
    synchronized (this) {
      ended = true;
      answer = waiting;
      waiting = null;
    }
    if (answer != null) {
      answer.answer(200, TEXT, NOOP);
    }
  }
}
