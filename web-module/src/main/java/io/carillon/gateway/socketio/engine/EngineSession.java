package io.carillon.gateway.socketio.engine;

import io.carillon.application.Failures;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.transport.WebSocketConnection;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * One Engine.IO session. Its queue stays the same while the transport changes from polling to a
 * WebSocket, so that nothing can be lost, doubled or overtaken on the way: only who writes it
 * changes. Any thread.
 */
public final class EngineSession implements FrameWriter {
  private static final Logger LOG = System.getLogger(EngineSession.class.getName());

  /** For the next poll to learn that the session is over. */
  private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final EngineSessions sessions;
  private final String id;
  private final Visitor visitor;
  private final Runnable place;
  private final OutboundQueue queue;
  private final Polling polling;
  private volatile FrameWriter carrier;
  private volatile EngineListener listener; // set before anything arrives

  // Guarded by this.
  private WebSocketConnection socket; // null while polling
  private WebSocketConnection probe; // null unless a change is under way
  private boolean pinged;
  private long dueNanos; // the next ping, or the answer to the last one
  private boolean closing;
  private long closeByNanos;
  private boolean closed;

  EngineSession(EngineSessions sessions, String id, Visitor visitor, Runnable place) {
    this.sessions = sessions;
    this.id = id;
    this.visitor = visitor;
    this.place = place;
    this.queue = new OutboundQueue(this, sessions.limits().queueBytes());
    this.polling = new Polling(this, sessions.limits(), sessions.workers());
    this.carrier = polling;
    this.dueNanos = System.nanoTime() + sessions.limits().pingInterval().toNanos();
  }

  /** The session's id, which is the client's proof that it is its own: never logged. */
  String id() {
    return id;
  }

  /** Who has opened it. */
  public Visitor visitor() {
    return visitor;
  }

  /** What waits for the client; frames are whole packets. */
  public OutboundQueue queue() {
    return queue;
  }

  Polling polling() {
    return polling;
  }

  void begin(EngineListener newListener) {
    listener = newListener;
  }

  /** The session begins on this socket. */
  void beginOn(WebSocketConnection first) {
    synchronized (this) {
      socket = first;
    }
    first.carry(queue);
    carrier = first;
  }

  synchronized boolean isPolling() {
    return socket == null;
  }

  // ---- out

  @Override
  public int write(EncodedFrame[] frames, int count) throws IOException {
    return carrier.write(frames, count);
  }

  @Override
  public void aborted(ErrorCode reason) {
    EngineListener current = listener;
    if (current != null) {
      current.onAborted(reason);
    }
    carrier.aborted(reason);
  }

  // ---- in

  /**
   * A packet has arrived, over whatever carries the session. One at a time.
   *
   * @return false if it ends the session
   */
  boolean onPacket(byte[] utf8, int offset, int length) {
    if (length == 0 || isOver()) {
      return fail();
    }
    switch (utf8[offset]) {
      case EnginePackets.MESSAGE -> {
        try {
          listener.onText(utf8, offset + 1, length - 1);
        } catch (RuntimeException e) {
          return fail(e);
        }
      }
      case EnginePackets.PONG -> ponged();
      case EnginePackets.CLOSE -> {
        leave();
        return false;
      }
      case EnginePackets.OPEN, EnginePackets.UPGRADE, EnginePackets.NOOP -> {} // nothing to say
      default -> {
        return fail(); // a ping in the wrong direction, or no packet at all
      }
    }
    return !isOver();
  }

  /** As {@link #onPacket}, for a binary message. */
  boolean onBinary(byte[] bytes) {
    if (isOver()) {
      return false;
    }
    try {
      listener.onBinary(bytes);
    } catch (RuntimeException e) {
      return fail(e);
    }
    return !isOver();
  }

  private synchronized void ponged() {
    pinged = false;
    dueNanos = System.nanoTime() + sessions.limits().pingInterval().toNanos();
  }

  /** The client has broken the protocol. */
  private boolean fail() {
    return fail(new RealtimeException(ErrorCode.MALFORMED, "Engine.IO packet"));
  }

  private boolean fail(RuntimeException failure) {
    RealtimeException reason = Failures.of(failure);
    LOG.log(
        Level.DEBUG,
        () ->
            "Ended a session of "
                + visitor.address()
                + ": "
                + reason.code()
                + " ("
                + reason.getMessage()
                + ')');
    WebSocketConnection current;
    synchronized (this) {
      current = socket;
    }
    if (current != null) {
      current.close(reason.code());
    }
    finish();
    return false;
  }

  /** The client has said that it leaves. */
  private void leave() {
    WebSocketConnection current;
    synchronized (this) {
      current = socket;
    }
    if (current != null) {
      current.close(WebSocketConnection.NORMAL);
    }
    finish();
  }

  // ---- the change of transport

  /**
   * A socket asks whether the session may change over to it.
   *
   * @return false if another one has asked before, or there is nothing to change
   */
  boolean probe(WebSocketConnection candidate) {
    synchronized (this) {
      if (closed || closing || socket != null || probe != null) {
        return false;
      }
      probe = candidate;
    }
    sessions.workers().after(sessions.limits().upgradeTimeout(), () -> expire(candidate));
    return true;
  }

  private void expire(WebSocketConnection candidate) {
    synchronized (this) {
      if (probe != candidate) {
        return;
      }
      probe = null;
    }
    polling.holdAgain();
    candidate.close(WebSocketConnection.NORMAL);
  }

  /** The probe has been answered: polls end from now on, so that the client can change over. */
  void probed() {
    polling.drain();
  }

  /** The probing socket has gone, or said something else. */
  void unprobe(WebSocketConnection candidate) {
    synchronized (this) {
      if (probe != candidate) {
        return;
      }
      probe = null;
    }
    polling.holdAgain();
  }

  /**
   * The client has changed over: what waits goes out over the socket.
   *
   * @return false if it may not
   */
  boolean upgrade(WebSocketConnection candidate) {
    synchronized (this) {
      if (probe != candidate || closed || closing || polling.isReceiving()) {
        return false;
      }
      if (!candidate.carry(queue)) {
        return false;
      }
      probe = null;
      socket = candidate;
      carrier = candidate;
    }
    polling.end();
    queue.writable();
    return true;
  }

  // ---- time

  void tick(long nowNanos) {
    boolean ping = false;
    boolean late = false;
    synchronized (this) {
      if (closed) {
        return;
      }
      if (closing) {
        late = closeByNanos - nowNanos <= 0;
      } else if (dueNanos - nowNanos <= 0) {
        late = pinged;
        ping = !pinged;
        pinged = true;
        dueNanos = nowNanos + sessions.limits().pingTimeout().toNanos();
      }
    }
    if (late) {
      lose();
    } else {
      if (ping) {
        queue.send(EnginePackets.PING_FRAME);
      }
      EngineListener current = listener;
      if (current != null) {
        current.onTick(nowNanos);
      }
    }
  }

  /** The client does not answer any more. */
  private void lose() {
    WebSocketConnection current;
    synchronized (this) {
      current = socket;
    }
    if (current != null) {
      current.cut();
    }
    finish();
  }

  // ---- the end

  /**
   * Ends the session after what waits. The client may come back; any thread, any number of times.
   */
  public void close(ErrorCode reason) {
    WebSocketConnection current;
    synchronized (this) {
      if (closed || closing) {
        return;
      }
      closing = true;
      closeByNanos = System.nanoTime() + FAREWELL_NANOS;
      current = socket;
    }
    if (current != null) {
      current.close(reason);
    } else {
      queue.send(EncodedFrame.close(reason));
    }
  }

  public synchronized boolean isOver() {
    return closed || closing;
  }

  /** It has ended, however that came about. Only the first call counts. */
  void finish() {
    WebSocketConnection unused;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      unused = probe;
      probe = null;
    }
    sessions.forget(this);
    queue.close();
    polling.end();
    place.run();
    if (unused != null) {
      unused.close(WebSocketConnection.NORMAL);
    }
    EngineListener current = listener;
    if (current != null) {
      current.onClosed();
    }
  }
}
