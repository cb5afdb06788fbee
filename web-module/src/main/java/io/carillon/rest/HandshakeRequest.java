package io.carillon.rest;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;

/**
 * A request that may become a WebSocket. It mends a fault of Tyrus on Payara: its handler listens
 * for bytes first and makes the connection afterwards, and has bytes that are there already wait
 * for the connection. Payara tells of those on the very thread that is to make it, so a client that
 * speaks at once takes one of the server's threads away for ever. See {@link ListeningLate}.
 */
class HandshakeRequest extends HttpServletRequestWrapper {
  private static final String TYRUS = "org.glassfish.tyrus.";

  HandshakeRequest(HttpServletRequest request) {
    super(request);
  }

  @Override
  public <T extends HttpUpgradeHandler> T upgrade(Class<T> type)
      throws IOException, ServletException {
    if (!type.getName().startsWith(TYRUS)) {
      return super.upgrade(type);
    }
    try {
      T handler = type.getDeclaredConstructor().newInstance();
      super.upgrade(ListeningLate.class).delegateTo(handler);
      return handler;
    } catch (ReflectiveOperationException e) {
      throw new ServletException(e);
    }
  }
}
