package io.carillon.gateway.chat;

import io.carillon.application.Failures;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.CdiConfigurator;
import io.carillon.node.Workers;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.IdentityPrincipal;
import io.carillon.transport.JakartaWebSocket;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The chat protocol over Jakarta WebSocket. The container makes one instance for each connection.
 */
@ServerEndpoint(
    value = ChatSessions.PATH,
    subprotocols = ChatSessions.SUBPROTOCOL,
    configurator = CdiConfigurator.class)
public class ChatEndpoint {
  @Inject ChatSessions sessions;
  @Inject ConnectionLimits limits;
  @Inject Workers workers;

  private JakartaWebSocket connection; // null until there was a place for it

  @OnOpen
  public void onOpen(Session socket) throws IOException {
    try {
      IdentityPrincipal principal = principalOf(socket);
      ConnectionLimits.Permit place =
          principal
              .place()
              .take()
              .orElseGet(() -> limits.acquire(principal.identity(), principal.address()));
      connection =
          new JakartaWebSocket(socket, sessions.with(principal.identity()), place::close, workers);
      connection.opened();
    } catch (RuntimeException e) {
      int code = ChatErrors.closeCode(Failures.of(e).code());
      socket.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), ""));
    }
  }

  /** The filter refuses a handshake without one; this is for a handshake that came past it. */
  private static IdentityPrincipal principalOf(Session socket) {
    if (socket.getUserPrincipal() instanceof IdentityPrincipal principal) {
      return principal;
    }
    throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "no identity");
  }

  @OnMessage
  public void onText(String part, boolean last) {
    if (connection != null) {
      connection.onText(part, last);
    }
  }

  @OnMessage
  public void onBinary(ByteBuffer part, boolean last) {
    if (connection != null) {
      connection.onBinary(part, last);
    }
  }

  @OnMessage
  public void onPong(PongMessage pong) {
    if (connection != null) {
      connection.onPong();
    }
  }

  @OnClose
  public void onClose() {
    if (connection != null) {
      connection.onClose();
    }
  }

  @OnError
  public void onError(Throwable failure) {
    if (connection != null) {
      connection.onError();
    }
  }
}
