package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;

/**
 * A protocol's side of one Engine.IO session. Messages come one at a time and in order, whatever
 * carries them. Nothing here may block.
 */
public interface EngineListener {

  /**
   * A text message.
   *
   * @param utf8 to be read only during this call
   */
  void onText(byte[] utf8, int offset, int length);

  /** A binary message; the array is the listener's from now on. */
  void onBinary(byte[] bytes);

  /** A look at the clock, now and then. */
  void onTick(long nowNanos);

  /**
   * The node cannot keep the session any longer.
   *
   * @param reason what the client may be told
   */
  default void onAborted(ErrorCode reason) {}

  /** The session has ended, however that came about. Once, and nothing comes after it. */
  void onClosed();
}
