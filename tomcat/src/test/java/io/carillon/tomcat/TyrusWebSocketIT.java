package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/**
 * The portable way through Tyrus, which Payara has. Not covered here is what only a servlet
 * container does: the authentication filter itself, with its tickets, cookies and origins. Left out
 * is where Tyrus is more lenient than the standard, which no endpoint can change.
 */
class TyrusWebSocketIT extends WebSocketContract {
  private final List<TyrusNode> nodes = new ArrayList<>();

  @Override
  String engine() {
    return "jakarta";
  }

  @Override
  int socketPortOf(TomcatServer started) throws Exception {
    TyrusNode node = TyrusNode.start(started);
    nodes.add(node);
    return node.getPort();
  }

  @AfterAll
  void stopTyrus() {
    nodes.forEach(TyrusNode::close);
  }

  @Override
  void saysThatItWasSlow(RawWebSocket.Frame end) {
    // A container that cannot write the close frame leaves it out.
    assertThat(end.opcode() < 0 || end.closeCode() == 4408).isTrue();
  }

  @Override
  @Test
  @Disabled("Tyrus takes any key, and answers 500 to none")
  void refusesAKeyThatIsNone() {}

  @Override
  @Test
  @Disabled("Tyrus reads what is not masked")
  void refusesFramesWithoutAMask() {}

  @Override
  @Test
  @Disabled("Tyrus drops it; a client has to wait for the answer before it sends more")
  void readsWhatCameTogetherWithTheHandshake() {}

  @Test
  void limitsTheConnectionsOfAUser() throws Exception {
    List<RawWebSocket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        RawWebSocket socket = RawWebSocket.open(socketPort(), token("admin"));
        open.add(socket);
        socket.writeText("{\"event\":\"ping\",\"ref\":\"1\"}");
        socket.readText("pong");
      }
      try (RawWebSocket tooMany = RawWebSocket.open(socketPort(), token("admin"))) {
        assertThat(tooMany.readClose()).isEqualTo(4429);
      }
    } finally {
      for (RawWebSocket socket : open) {
        socket.close();
      }
    }
  }
}
