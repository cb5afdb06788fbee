package io.carillon.tomcat;

import static io.carillon.tomcat.ClientFrames.frame;
import static org.assertj.core.api.Assertions.assertThat;

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
}
