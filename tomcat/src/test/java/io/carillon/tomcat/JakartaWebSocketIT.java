package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.Query;
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

  /** The container's own part of a connection ends with it, also of one that fell silent. */
  @Test
  void keepsNothingInTheContainerForClientsThatFellSilent() throws Exception {
    await().untilAsserted(() -> assertThat(waitingProcessors()).isZero());
    List<RawWebSocket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        silent.add(raw());
      }
      await().untilAsserted(() -> assertThat(waitingProcessors()).isEqualTo(20));
      await()
          .atMost(Duration.ofSeconds(25)) // two heartbeats and the wait for an answered close: 12
          .untilAsserted(() -> assertThat(waitingProcessors()).isZero());
    } finally {
      for (RawWebSocket socket : silent) {
        socket.close();
      }
    }
  }

  /** Connections that the container has on the side, as Tomcat tells through JMX. */
  private long waitingProcessors() throws JMException {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    Set<ObjectName> handlers =
        beans.queryNames(
            new ObjectName("*:type=ProtocolHandler,*"),
            Query.eq(Query.attr("localPort"), Query.value(port())));
    assertThat(handlers).isNotEmpty();
    long waiting = 0;
    for (ObjectName handler : handlers) {
      waiting += ((Number) beans.getAttribute(handler, "waitingProcessorCount")).longValue();
    }
    return waiting;
  }
}
