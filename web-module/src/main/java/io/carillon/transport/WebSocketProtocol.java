package io.carillon.transport;

import io.carillon.domain.error.ErrorCode;
import io.carillon.hub.EncodedFrame;
import java.util.List;
import java.util.Optional;

/**
 * A protocol that is spoken over WebSockets, whatever carries them: the Jakarta API or a server's
 * own way. Any thread.
 */
public interface WebSocketProtocol {

  /** Names for {@code Sec-WebSocket-Protocol}, the best first; a client may also name none. */
  List<String> subprotocols();

  /**
   * The largest text message, in bytes of UTF-8, itself included. What is larger is shown to {@link
   * WebSocketListener#onOversized}; what is more than {@value WebSocketConnection#FAR_TOO_LARGE}
   * times larger closes the connection with 1009.
   */
  int maxMessageBytes();

  /** Whether there are binary messages; else one closes the connection with 1003. */
  default boolean takesBinary() {
    return false;
  }

  /** Bytes that may wait for one connection. */
  int maxQueuedBytes();

  /** Makes the protocol's side of a connection that is about to open. */
  WebSocketListener open(WebSocketConnection connection);

  /** The close code for a failure that ends the connection: 1000 to 4999. */
  int closeCode(ErrorCode reason);

  /** What the client is told in the protocol's own words before the close. */
  Optional<EncodedFrame> farewell(ErrorCode reason);
}
