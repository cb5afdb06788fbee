package io.carillon.gateway.socketio.engine;

import io.carillon.transport.JakartaWebSocket;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Engine.IO over Jakarta WebSocket. The container makes one instance for each connection; its path
 * is a setting, so it is put up by hand and not by an annotation.
 */
public final class EngineEndpoint extends Endpoint {
  private JakartaWebSocket connection; // null if the gate has not let it in

  /** For the container. */
  public EngineEndpoint() {}

  @Override
  public void onOpen(Session socket, EndpointConfig config) {
    if (!(socket.getUserPrincipal() instanceof EngineVisit visit)) {
      try {
        socket.close(new CloseReason(CloseReason.CloseCodes.VIOLATED_POLICY, ""));
      } catch (IOException e) {
        return; // it is closed, then
      }
      return;
    }
    connection = new JakartaWebSocket(socket, visit, () -> {}, visit.sessions().workers());
    JakartaWebSocket opened = connection;
    socket.addMessageHandler(String.class, (MessageHandler.Partial<String>) opened::onText);
    socket.addMessageHandler(
        ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) opened::onBinary);
    socket.addMessageHandler(
        PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> opened.onPong());
    opened.opened();
  }

  @Override
  public void onClose(Session socket, CloseReason reason) {
    if (connection != null) {
      connection.onClose();
    }
  }

  @Override
  public void onError(Session socket, Throwable failure) {
    if (connection != null) {
      connection.onError();
    }
  }
}
