package io.carillon.transport;

/**
 * A protocol's side of one connection. {@link #onText} and {@link #onOversized} are called by one
 * thread at a time and in the order of arrival; {@link #onClosed} comes once, by any thread, and
 * nothing comes after it but a message that was on its way. None of them may block.
 */
public interface WebSocketListener {

  /** The connection is ready. Once, before anything else. */
  void onOpened();

  /**
   * A whole text message.
   *
   * @param utf8 valid UTF-8; to be read only during this call
   */
  void onText(byte[] utf8, int offset, int length);

  /**
   * A whole binary message, of a protocol that takes them.
   *
   * @param bytes to be read only during this call
   */
  default void onBinary(byte[] bytes, int offset, int length) {
    throw new UnsupportedOperationException("a protocol without binary messages");
  }

  /**
   * A text message over the limit, of which only the beginning was kept; the connection goes on.
   *
   * @param head to be read only during this call, and cut anywhere
   */
  void onOversized(byte[] head, int offset, int length);

  /**
   * The node wants the client to go elsewhere. Nothing new is to be begun; what was begun may still
   * be answered. May come more than once.
   *
   * @param close closes the connection, with the reason; to be run once all is answered
   */
  void onDraining(Runnable close);

  /** The connection has ended, however that came about. */
  void onClosed();
}
