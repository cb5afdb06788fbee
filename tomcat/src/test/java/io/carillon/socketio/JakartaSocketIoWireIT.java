package io.carillon.socketio;

import java.util.Map;

/** WebSockets through the container's own implementation, as on any server. */
class JakartaSocketIoWireIT extends SocketIoWireContract {
  @Override
  Map<String, String> settings() {
    return Map.of("CARILLON_WEBSOCKET", "jakarta");
  }
}
