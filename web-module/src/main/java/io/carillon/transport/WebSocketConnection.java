package io.carillon.transport;

import io.carillon.application.Failures;
import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.FrameWriter;
import io.carillon.hub.OutboundQueue;
import io.carillon.node.Workers;
import java.time.Duration;

/**
 * One WebSocket, whatever carries it: what is the same for all carriers. It ends in one of three
 * ways, always with {@link WebSocketListener#onClosed} once: the server says why ({@link #close}),
 * the client leaves, or the connection is lost. Any thread, but for what a carrier calls when
 * something arrives: one thread at a time.
 */
public abstract class WebSocketConnection implements FrameWriter {
  /** RFC 6455 section 7.4.1. */
  public static final int NORMAL = 1000;

  public static final int PROTOCOL_ERROR = 1002;
  public static final int UNSUPPORTED_DATA = 1003;
  public static final int INVALID_UTF8 = 1007;
  public static final int TOO_LARGE = 1009;

  /** A message that many times over the limit is no mistake any more. */
  public static final int FAR_TOO_LARGE = 4;

  /** For the peer to answer a close; then the connection is cut. */
  static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** How the last ping stands. */
  private enum Ping {
    ANSWERED,
    QUEUED,
    SENT
  }

  private final WebSocketProtocol protocol;
  private final Runnable place;
  private final Workers workers;
  private volatile OutboundQueue queue;
  private volatile Ping ping = Ping.ANSWERED; // changed under the lock
  private WebSocketListener listener; // set before anything arrives

  // Guarded by this.
  private int closeCode; // 0 while open
  private boolean finished;

  /**
   * @param place gives the connection's place back when it ends
   */
  protected WebSocketConnection(WebSocketProtocol protocol, Runnable place, Workers workers) {
    this.protocol = protocol;
    this.place = place;
    this.workers = workers;
    this.queue = new OutboundQueue(this, protocol.maxQueuedBytes());
  }

  /** The carrier is ready: the protocol's session begins. Once, before anything that arrives. */
  public final void opened() {
    listener = protocol.open(this);
    listener.onOpened();
  }

  public final OutboundQueue queue() {
    return queue;
  }

  /**
   * From now on carries another queue, which outlives connections: its writer calls this
   * connection's. The own one must have nothing to say any more.
   *
   * @return false if something waits in the own one; nothing has changed then
   */
  public final boolean carry(OutboundQueue other) {
    if (queue.queuedBytes() > 0) {
      return false;
    }
    queue = other;
    return true;
  }

  protected final Workers workers() {
    return workers;
  }

  protected final int maxMessageBytes() {
    return protocol.maxMessageBytes();
  }

  // ---- signs of life

  /**
   * Sends a ping, or cuts a connection that has not answered the last one. Called once in each
   * heartbeat interval; does not block.
   */
  public final void heartbeat() {
    Ping last;
    synchronized (this) {
      last = ping;
      if (last == Ping.ANSWERED) {
        ping = Ping.QUEUED;
      }
    }
    switch (last) {
      case ANSWERED -> queue.send(EncodedFrame.heartbeat());
      case QUEUED -> {} // the client takes nothing just now; the write deadline watches that
      case SENT -> { // it has gone without a word; or it reads nothing, and may learn why later
        beginClose(protocol.closeCode(ErrorCode.SLOW_CONSUMER));
        disconnect();
      }
    }
  }

  /** The carrier has sent the ping of a {@link EncodedFrame.Kind#HEARTBEAT}. */
  protected final synchronized void pingSent() {
    if (ping == Ping.QUEUED) { // else something has arrived since, and says as much as a pong
      ping = Ping.SENT;
    }
  }

  /** Something has arrived: the client lives. */
  protected final void alive() {
    if (ping != Ping.ANSWERED) {
      synchronized (this) {
        ping = Ping.ANSWERED;
      }
    }
  }

  // ---- what arrives

  /** A whole message within the limit, valid UTF-8. */
  protected final void received(byte[] utf8, int offset, int length) {
    try {
      listener.onText(utf8, offset, length);
    } catch (RuntimeException e) {
      close(Failures.of(e).code());
    }
  }

  /** A whole binary message within the limit. */
  protected final void receivedBinary(byte[] bytes, int offset, int length) {
    try {
      listener.onBinary(bytes, offset, length);
    } catch (RuntimeException e) {
      close(Failures.of(e).code());
    }
  }

  protected final boolean takesBinary() {
    return protocol.takesBinary();
  }

  /** A message over the limit. */
  protected final void receivedOversized(byte[] head, int offset, int length) {
    try {
      listener.onOversized(head, offset, length);
    } catch (RuntimeException e) {
      close(Failures.of(e).code());
    }
  }

  // ---- the end

  /**
   * Tells the client why in the protocol's way, then ends. Does not block; any thread, any number
   * of times.
   */
  public final void close(ErrorCode reason) {
    WebSocketListener current = listener;
    if (reason == ErrorCode.DRAINING && current != null) {
      current.onDraining(() -> closeNow(reason));
    } else {
      closeNow(reason);
    }
  }

  private void closeNow(ErrorCode reason) {
    if (!beginClose(protocol.closeCode(reason))) {
      return;
    }
    if (reason == ErrorCode.SLOW_CONSUMER) {
      queue.close(); // what waits for a client that does not read would keep the reason from it
      tellAndCut();
      return;
    }
    protocol.farewell(reason).ifPresent(queue::offer);
    sendClose();
  }

  /** Ends the connection with a close code of RFC 6455, or with the one that the client sent. */
  public final void close(int code) {
    if (beginClose(code)) {
      sendClose();
    }
  }

  /** Ends the connection of a client that does not answer any more. Does not block. */
  public final void cut() {
    beginClose(NORMAL);
    disconnect();
  }

  private void sendClose() {
    OutboundQueue.Offer offer = queue.offer(EncodedFrame.close(ErrorCode.INTERNAL));
    queue.flush(); // together with a farewell
    if (offer == OutboundQueue.Offer.CLOSED) {
      tellAndCut();
    } else {
      workers.after(CLOSE_TIMEOUT, this::disconnect);
    }
  }

  private void tellAndCut() {
    lastWords();
    workers.after(CLOSE_TIMEOUT, this::disconnect);
  }

  private synchronized boolean beginClose(int code) {
    if (closeCode != 0 || finished) {
      return false;
    }
    closeCode = code;
    return true;
  }

  /** The code of the close that was begun: what a close frame says; 0 while open. */
  protected final synchronized int closeCode() {
    return closeCode;
  }

  @Override
  public final void aborted(ErrorCode reason) {
    if (reason == ErrorCode.SLOW_CONSUMER) {
      beginClose(protocol.closeCode(reason)); // or it was closing, and the farewell did not fit
      tellAndCut();
    } else {
      disconnect(); // a write failed: the connection is lost
    }
  }

  /**
   * The queue is closed: send a close frame with {@link #closeCode()} all the same, if that can be
   * done without anything in between. Must not block; may be called while another thread writes.
   */
  protected abstract void lastWords();

  /** Cuts the connection, then {@link #finish}es. Must not block; any number of times. */
  protected abstract void disconnect();

  /** The connection has ended, however that came about. Only the first call counts. */
  protected final void finish() {
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = true;
    }
    queue.close();
    place.run();
    if (listener != null) {
      listener.onClosed();
    }
  }

  protected final synchronized boolean isFinished() {
    return finished;
  }
}
