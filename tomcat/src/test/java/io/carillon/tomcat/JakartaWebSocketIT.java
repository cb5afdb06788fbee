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
        open.add(RawWebSocket.open(port(), token("admin")));
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
