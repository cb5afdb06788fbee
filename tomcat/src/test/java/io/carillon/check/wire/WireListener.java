package io.carillon.check.wire;

import java.nio.ByteBuffer;

/** Hears of one connection, on its wire's thread. */
public interface WireListener {
  void opened();

  /** The buffer is the wire's own, valid until this returns; all of it must be taken. */
  void received(ByteBuffer bytes);

  /**
   * The last call, exactly once, however the connection ended.
   *
   * @param reason null if the peer ended it in order, or we did
   */
  void closed(Throwable reason);
}
