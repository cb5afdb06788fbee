package io.carillon.check.client;

/** The connection ended, or nothing came in time: what was asked for may have happened or not. */
public final class ConnectionLost extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConnectionLost(String message, Throwable cause) {
    super(message, cause);
  }
}
