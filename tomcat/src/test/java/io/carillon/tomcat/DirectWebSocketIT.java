package io.carillon.tomcat;

import static io.carillon.tomcat.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way straight on Tomcat's sockets. */
class DirectWebSocketIT extends WebSocketContract {

  @Override
  String engine() {
    return "direct";
  }

  @Override
  void saysThatItWasSlow(RawWebSocket.Frame end) {
    assertThat(end.opcode()).isEqualTo(WebSocketFrames.CLOSE);
    assertThat(end.closeCode()).isEqualTo(4408);
  }

  @Test
  void refusesLengthsThatAreWrittenTooLong() throws Exception {
    for (int lengthBytes : new int[] {2, 8}) {
      try (RawWebSocket socket = raw()) {
        socket.write(frame(0x81, true, 1, lengthBytes, new byte[] {'a'}));
        assertThat(socket.readClose()).isEqualTo(1002);
      }
    }
  }

  @Test
  void limitsTheConnectionsOfAUserBeforeTheUpgrade() throws Exception {
    List<RawWebSocket> open = new ArrayList<>();
    try {
      String answer = "";
      for (int i = 0; i < 61 && !answer.startsWith("HTTP/1.1 429 "); i++) {
        RawWebSocket socket = RawWebSocket.connect(port());
        open.add(socket);
        socket.write(RawWebSocket.handshake(token("admin"), ""));
        answer = socket.readHead();
      }
      assertThat(answer).startsWith("HTTP/1.1 429 ").containsIgnoringCase("retry-after");
      assertThat(open).hasSize(61);
    } finally {
      for (RawWebSocket socket : open) {
        socket.close();
      }
    }
  }
}
