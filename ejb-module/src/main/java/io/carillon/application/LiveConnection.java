package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.hub.OutboundQueue;

/** An open connection of any transport, as the node keeps it. */
public interface LiveConnection {
  /** Who it is now; a renewed token changes it. */
  Identity identity();

  /** A short fixed name for metrics: {@code websocket}, {@code sse}, {@code poll}. */
  String transport();

  OutboundQueue queue();

  /**
   * Tells the client why in the transport's way, then ends. Must not block; any thread, any number
   * of times.
   */
  void close(ErrorCode reason);

  /**
   * Sends a sign of life and, where the transport can tell, closes a connection that has not
   * answered the last one. Called once in each heartbeat interval; must not block.
   */
  void heartbeat();
}
