package io.carillon.stream;

import static io.carillon.stream.StreamNode.await;
import static io.carillon.stream.StreamNode.messages;
import static io.carillon.stream.StreamNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user may do counts over two servers that share a Redis, and nothing else. */
class LimitsAcrossNodesIT {
  private static final int LIMIT = 2; // messages come back slowly: one in half a minute

  private RedisServer redis;
  private StreamNode one;
  private StreamNode two;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    redis = new RedisServer(folder);
    one = node(folder.resolve("one"));
    two = node(folder.resolve("two"));
  }

  private StreamNode node(Path folder) throws Exception {
    StreamNode node =
        new StreamNode(
            Files.createDirectory(folder),
            Map.of(
                "CARILLON_REDIS_URL", redis.url(),
                "CARILLON_LIMIT_MESSAGES_PER_MINUTE", Integer.toString(LIMIT),
                "CARILLON_LIMIT_CONNECTIONS_PER_USER", Integer.toString(LIMIT)));
    node.channel("limits", "CHAT");
    return node;
  }

  @AfterEach
  void stop() {
    for (StreamNode node : new StreamNode[] {one, two}) {
      if (node != null) {
        node.close();
      }
    }
    if (redis != null) {
      redis.close();
    }
  }

  private static Answer send(StreamNode node, String user) {
    return await(node.rest(user).post(messages("limits"), Map.of("content", "hello")));
  }

  @Test
  void messagesCountOverBoth() {
    send(one, "alice").orRefused();
    send(two, "alice").orRefused();
    assertThat(refusal(send(one, "alice"))).isEqualTo("429 RATE_LIMITED");
    assertThat(refusal(send(two, "alice"))).isEqualTo("429 RATE_LIMITED");
    send(two, "bob").orRefused();
  }

  @Test
  void connectionsCountOverBothUntilTheyEnd() {
    EventStream stream = open(one);
    open(two);
    assertThat(refusal(poll(one))).isEqualTo("429 RATE_LIMITED");
    assertThat(refusal(poll(two))).isEqualTo("429 RATE_LIMITED");
    assertThat(poll(two, "bob").status()).isEqualTo(200);
    stream.client().leave();
    await().until(() -> poll(two).status() == 200);
  }

  private static EventStream open(StreamNode node) {
    return EventStream.open(node.wire, node.caller("alice"), "/api/events", "");
  }

  private static Answer poll(StreamNode node) {
    return poll(node, "alice");
  }

  private static Answer poll(StreamNode node, String user) {
    return await(node.rest(user).get("/api/poll?channel=limits"));
  }
}
