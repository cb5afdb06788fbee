package io.carillon.socketio;

import java.util.Map;

/** WebSockets straight on Tomcat's sockets. */
class DirectSocketIoWireIT extends SocketIoWireContract {
  @Override
  Map<String, String> settings() {
    return Map.of();
  }
}
