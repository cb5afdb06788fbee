package io.carillon.stream;

import static io.carillon.stream.StreamNode.await;
import static io.carillon.stream.StreamNode.events;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that take nothing, more of them than the server has threads. To end the answer of one in
 * order would keep a thread until Tomcat's own time-out of 20 s.
 */
class StalledClientsIT {
  private static final int THREADS = 4;
  private static final int STALLED = 3 * THREADS;
  private static final Duration PROMPT = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CHANNEL = "general";

  private StreamNode node;

  @BeforeEach
  void start(@TempDir Path folder) {
    node =
        new StreamNode(
            folder,
            Map.of(
                "CARILLON_STREAMS",
                "servlet",
                "CARILLON_WEBSOCKET",
                "jakarta",
                "CARILLON_HTTP_THREADS",
                Integer.toString(THREADS),
                "CARILLON_QUEUE_BYTES",
                "262144"));
    node.channel(CHANNEL, "CHAT");
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void holdsNoThreadForAStreamThatIsNotRead() {
    List<EventStream> stalled = new ArrayList<>();
    for (int i = 0; i < STALLED; i++) {
      EventStream stream =
          EventStream.begin(node.wire, node.caller("bob"), events(CHANNEL), "", 4_096);
      await(stream.client().ready());
      stream.client().pause();
      stalled.add(stream);
    }
    assertThat(node.open("sse")).isEqualTo(STALLED);

    sayMoreThanIsTaken();

    answersPromptlyUntilNone("sse");
    stalled.forEach(stream -> stream.client().cut());
  }

  /** More than queue and kernel hold: 7 MB for each. */
  private void sayMoreThanIsTaken() {
    String large = "x".repeat(60_000);
    for (int i = 0; i < 120; i++) {
      long asked = System.nanoTime();
      node.say("alice", CHANNEL, large);
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(PROMPT);
    }
  }

  @Test
  void holdsNoThreadForAWebSocketThatIsNotRead() {
    List<NativeSocketClient> stalled = new ArrayList<>();
    for (int i = 0; i < STALLED; i++) {
      NativeSocketClient socket =
          await(
              NativeSocketClient.connect(node.wire, node.caller("bob"), 4_096, new Unheard())
                  .ready());
      await(socket.ask("channel:join", Map.of("channelId", CHANNEL)));
      socket.pause();
      stalled.add(socket);
    }
    assertThat(node.open("websocket")).isEqualTo(STALLED);

    sayMoreThanIsTaken();

    answersPromptlyUntilNone("websocket");
    stalled.forEach(NativeSocketClient::cut);
  }

  private static final class Unheard implements NativeSocketClient.Listener {
    @Override
    public void frame(NativeSocketClient.Frame frame) {}

    @Override
    public void closed(int code, String reason, Throwable failure) {}
  }

  @Test
  void holdsNoThreadForAPollWhoseAnswerIsNotRead() throws IOException {
    String since = (String) node.say("alice", CHANNEL, "first").get("position");
    String large = "x".repeat(60_000);
    for (int i = 0; i < 5; i++) {
      node.say("alice", CHANNEL, large);
    }
    List<SocketChannel> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < STALLED; i++) {
        stalled.add(askManyTimesWithoutReading(since));
      }
      org.awaitility.Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(node.open("poll")).isEqualTo(STALLED));

      answersPromptlyUntilNone("poll");
    } finally {
      for (SocketChannel socket : stalled) {
        socket.close();
      }
    }
  }

  /** One poll after the other on one connection: more answers than the kernel holds. */
  private SocketChannel askManyTimesWithoutReading(String since) throws IOException {
    Caller bob = node.caller("bob");
    String request =
        "GET /api/poll?wait=0&channel="
            + CHANNEL
            + "&since="
            + since
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + bob.token()
            + "\r\n\r\n";
    SocketChannel socket = SocketChannel.open();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
    socket.connect(node.address());
    ByteBuffer all = ByteBuffer.wrap(request.repeat(40).getBytes(StandardCharsets.ISO_8859_1));
    while (all.hasRemaining()) {
      socket.write(all);
    }
    return socket;
  }

  /** Waits until the node has given the stalled ones up, and asks it all the time. */
  private void answersPromptlyUntilNone(String transport) {
    long begin = System.nanoTime();
    boolean none = false;
    for (int afterwards = 0; afterwards < 10; afterwards += none ? 1 : 0) {
      long asked = System.nanoTime();
      none |= node.open(transport) == 0;
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(PROMPT);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
    }
  }
}
