package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that was away for longer than a channel keeps its messages is told so, whatever brings
 * it them, and goes on from the present.
 */
class RetentionIT {
  private static final String CHANNEL = "kept";

  @TempDir Path folder;

  private final Wire wire = new Wire("clients");
  private final List<String> positions = new ArrayList<>(List.of("")); // by offset
  private EmbeddedPostgres postgres;
  private TestNode node;
  private RestClient admin;

  /** Of five messages the first three are no longer kept. */
  @BeforeEach
  void start() throws Exception {
    postgres = EmbeddedPostgres.builder().start();
    node = TestNode.on(postgres.getJdbcUrl("postgres", "postgres"), "postgres", folder, Map.of());
    admin = new RestClient(wire, node.admin("demo"));
    admin
        .post("/api/channels", Map.of("channelId", CHANNEL, "kind", "CHAT", "visibility", "PUBLIC"))
        .join()
        .orRefused();
    for (int i = 1; i <= 5; i++) {
      positions.add(say("" + i));
    }
    // What the node does itself once they are old enough.
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      String channel = "(select id from channel where channel_name = '" + CHANNEL + "')";
      assertThat(
              statement.executeUpdate(
                  "delete from message where revision <= 3 and channel_id = " + channel))
          .isEqualTo(3);
      assertThat(
              statement.executeUpdate("update channel set pruned_offset = 3 where id = " + channel))
          .isEqualTo(1);
      connection.commit();
    }
  }

  @AfterEach
  void stop() throws Exception {
    wire.close();
    if (node != null) {
      node.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  private String say(String content) {
    return (String)
        admin
            .post("/api/channels/" + CHANNEL + "/messages", Map.of("content", content))
            .join()
            .orRefused()
            .json()
            .get("position");
  }

  private Caller bob() {
    return node.member("demo", "bob");
  }

  /** Joins at a position, and tells what comes; the answer to the join is the first. */
  private List<Frame> join(String since) throws Exception {
    List<Frame> frames = new CopyOnWriteArrayList<>();
    NativeSocketClient socket =
        NativeSocketClient.connect(
                wire,
                bob(),
                new NativeSocketClient.Listener() {
                  @Override
                  public void frame(Frame frame) {
                    if (frame.event().startsWith("message:") || frame.ref() != null) {
                      frames.add(frame);
                    }
                  }

                  @Override
                  public void closed(int code, String reason, Throwable failure) {}
                })
            .ready()
            .get(10, TimeUnit.SECONDS);
    socket
        .ask("channel:join", Map.of("channelId", CHANNEL, "since", since))
        .get(10, TimeUnit.SECONDS);
    return frames;
  }

  @Test
  void isToldToWebSockets() throws Exception {
    List<Frame> tooOld = join(positions.get(2));
    List<Frame> justInTime = join(positions.get(3));
    String live = say("live");

    await().until(() -> ids(tooOld).contains(live) && ids(justInTime).contains(live));
    assertThat(tooOld.get(0).data())
        .containsEntry("resumed", false)
        .containsEntry("reason", "pruned")
        .containsEntry("position", positions.get(5));
    assertThat(ids(tooOld)).containsExactly(live);
    assertThat(justInTime.get(0).data()).containsEntry("resumed", true);
    assertThat(ids(justInTime)).containsExactly(positions.get(4), positions.get(5), live);
  }

  private static List<String> ids(List<Frame> frames) {
    return frames.stream()
        .filter(frame -> frame.event().equals("message:new"))
        .map(Frame::id)
        .toList();
  }

  private List<SseReader.Event> stream(String since) throws Exception {
    List<SseReader.Event> events = new CopyOnWriteArrayList<>();
    SseClient.open(
            wire,
            bob(),
            "/api/channels/" + CHANNEL + "/events",
            since,
            new SseClient.Listener() {
              @Override
              public void event(SseReader.Event event) {
                events.add(event);
              }

              @Override
              public void closed(Throwable failure) {}
            })
        .ready()
        .get(10, TimeUnit.SECONDS);
    return events;
  }

  @Test
  void isToldToEventStreams() throws Exception {
    List<SseReader.Event> tooOld = stream(positions.get(2));
    List<SseReader.Event> justInTime = stream(positions.get(3));
    await().until(() -> tooOld.size() == 1 && justInTime.size() == 2);
    String live = say("live");

    await().until(() -> tooOld.size() == 2 && justInTime.size() == 3);
    assertThat(tooOld.get(0).type()).isEqualTo("reset");
    assertThat(JsonText.object(tooOld.get(0).data())).containsEntry("reason", "pruned");
    assertThat(tooOld).extracting(SseReader.Event::lastId).containsExactly(positions.get(5), live);
    assertThat(justInTime)
        .extracting(SseReader.Event::lastId)
        .containsExactly(positions.get(4), positions.get(5), live);
  }

  @Test
  void isToldToPolls() throws Exception {
    PollClient polls = new PollClient(new RestClient(wire, bob()), List.of(CHANNEL));
    assertThat(polls.poll(positions.get(2), Duration.ofSeconds(25)).get(10, TimeUnit.SECONDS))
        .containsEntry("resumed", false)
        .containsEntry("reason", "pruned")
        .containsEntry("position", positions.get(5));
    Map<String, Object> justInTime =
        polls.poll(positions.get(3), Duration.ofSeconds(25)).get(10, TimeUnit.SECONDS);
    assertThat(justInTime).containsEntry("resumed", true);
    assertThat(JsonText.asList(justInTime.get("events")))
        .extracting(event -> JsonText.asObject(event).get("id"))
        .containsExactly(positions.get(4), positions.get(5));
  }
}
