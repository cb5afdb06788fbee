package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The portable way, through the container's own implementation. */
class JakartaWebSocketIT extends WebSocketContract {

  @Override
  String engine() {
    return "jakarta";
  }

  @Override
  void saysThatItWasSlow(RawWebSocket.Frame end) {
    // A container that cannot write the close frame leaves it out.
    assertThat(end.opcode() < 0 || end.closeCode() == 4408).isTrue();
  }

  @Test
  void limitsTheConnectionsOfAUser() throws Exception {
    List<RawWebSocket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        RawWebSocket socket = RawWebSocket.open(port(), token("admin"));
        open.add(socket);
        // It counts once the container has opened it, which is after its handshake.
        socket.writeText("{\"event\":\"ping\",\"ref\":\"1\"}");
        socket.readText("pong");
      }
      try (RawWebSocket tooMany = RawWebSocket.open(port(), token("admin"))) {
        assertThat(tooMany.readClose()).isEqualTo(4429);
      }
    } finally {
      for (RawWebSocket socket : open) {
        socket.close();
      }
    }
  }
}
