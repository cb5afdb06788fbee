package io.carillon.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.TestNode;
import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of every kind are in one channel: what one sends all get, in one order. */
class OneChannelIT {
  private static final String CHANNEL = "everybody";
  private static final String MESSAGES = "/api/channels/" + CHANNEL + "/messages";
  private static final int EACH = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A client of one kind. */
  private record Member(
      String name, Function<String, CompletableFuture<?>> send, Supplier<List<Message>> heard) {}

  /** A message as it came; alike whatever brought it. */
  private record Message(Object offset, Object id, Object author, Object content, Object at) {
    static Message of(Map<String, Object> data) {
      return new Message(
          data.get("offset"),
          data.get("id"),
          data.get("authorId"),
          data.get("content"),
          data.get("createdAt"));
    }
  }

  private TestNode node;
  private Wire wire;
  private NodeClients official;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    node = TestNode.onH2(folder, Map.of());
    wire = new Wire("clients");
    official = NodeClients.start();
    rest("admin", node.admin("demo"))
        .post("/api/channels", Map.of("channelId", CHANNEL, "kind", "CHAT", "visibility", "PUBLIC"))
        .join()
        .orRefused();
  }

  @AfterEach
  void stop() {
    official.close();
    wire.close();
    node.close();
  }

  @Test
  void bringsTheMessagesOfEachKindOfClientToAllOthersInOneOrder() throws Exception {
    List<Member> members =
        List.of(
            rest(), nativeSocket(), stream(), poll(), socketIo("polling"), socketIo("websocket"));
    List<CompletableFuture<?>> sent = new ArrayList<>();
    for (int i = 0; i < EACH; i++) { // all of them at once
      for (Member member : members) {
        sent.add(member.send().apply(member.name() + ' ' + i));
      }
    }
    CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

    List<Message> history = members.get(0).heard().get();
    assertThat(history).hasSize(EACH * members.size());
    for (int i = 0; i < history.size(); i++) {
      assertThat(history.get(i).offset()).isEqualTo((long) i + 1);
    }
    Set<Object> contents = new HashSet<>();
    history.forEach(message -> contents.add(message.content()));
    assertThat(contents).hasSize(history.size());
    for (Member member : members) {
      await().atMost(PATIENCE).until(() -> member.heard().get().size() >= history.size());
      assertThat(member.heard().get()).as(member.name()).isEqualTo(history);
    }
  }

  // ---- the kinds of clients

  private RestClient rest(String user, Caller caller) {
    return new RestClient(wire, caller);
  }

  private RestClient rest(String user) {
    return rest(user, node.member("demo", user));
  }

  private static CompletableFuture<?> post(RestClient rest, String content) {
    return rest.post(MESSAGES, Map.of("content", content))
        .thenAccept(answer -> assertThat(answer.orRefused().status()).isEqualTo(201));
  }

  private Member rest() {
    RestClient rest = rest("rest");
    return new Member("rest", content -> post(rest, content), () -> history(rest));
  }

  private static List<Message> history(RestClient rest) {
    List<Message> all = new ArrayList<>();
    boolean more = true;
    while (more) {
      Map<String, Object> page =
          rest.get(MESSAGES + "?limit=50&after=" + all.size()).join().orRefused().json();
      JsonText.asList(page.get("messages"))
          .forEach(message -> all.add(Message.of(JsonText.asObject(message))));
      more = Boolean.TRUE.equals(page.get("hasMore"));
    }
    return all;
  }

  private Member nativeSocket() throws Exception {
    List<Message> heard = new CopyOnWriteArrayList<>();
    NativeSocketClient socket =
        NativeSocketClient.connect(
                wire,
                node.member("demo", "native"),
                new NativeSocketClient.Listener() {
                  @Override
                  public void frame(NativeSocketClient.Frame frame) {
                    if (frame.event().equals("message:new")) {
                      heard.add(Message.of(frame.data()));
                    }
                  }

                  @Override
                  public void closed(int code, String reason, Throwable failure) {}
                })
            .ready()
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    socket
        .ask("channel:join", Map.of("channelId", CHANNEL))
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return new Member(
        "native",
        content -> socket.ask("message:send", Map.of("channelId", CHANNEL, "content", content)),
        () -> List.copyOf(heard));
  }

  private Member stream() throws Exception {
    List<Message> heard = new CopyOnWriteArrayList<>();
    RestClient rest = rest("stream");
    SseClient.open(
            wire,
            rest.caller(),
            "/api/channels/" + CHANNEL + "/events",
            "",
            new SseClient.Listener() {
              @Override
              public void event(SseReader.Event event) {
                Map<String, Object> data = JsonText.object(event.data());
                if (data.containsKey("content")) {
                  heard.add(Message.of(data));
                }
              }

              @Override
              public void closed(Throwable failure) {}
            })
        .ready()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return new Member("stream", content -> post(rest, content), () -> List.copyOf(heard));
  }

  private Member poll() {
    List<Message> heard = new CopyOnWriteArrayList<>();
    PollClient polls = new PollClient(rest("poll"), List.of(CHANNEL));
    Map<String, Object> first = polls.poll("", Duration.ZERO).join();
    pollOn(polls, (String) first.get("position"), heard);
    RestClient rest = rest("poll");
    return new Member("poll", content -> post(rest, content), () -> List.copyOf(heard));
  }

  private static void pollOn(PollClient polls, String since, List<Message> heard) {
    polls
        .poll(since, Duration.ofSeconds(5))
        .thenAccept(
            answer -> {
              for (Object entry : JsonText.asList(answer.get("events"))) {
                Map<String, Object> event = JsonText.asObject(entry);
                if ("message:new".equals(event.get("event"))) {
                  heard.add(Message.of(JsonText.asObject(event.get("data"))));
                }
              }
              pollOn(polls, (String) answer.get("position"), heard);
            });
  }

  private Member socketIo(String transport) throws Exception {
    String name = "socketio-" + transport;
    OfficialClient client =
        official.open(
            name,
            "http://127.0.0.1:" + node.address().getPort(),
            Map.of(
                "transports",
                List.of(transport),
                "auth",
                Map.of("token", node.member("demo", name).token())));
    Object answer = client.ask("channel:join", CHANNEL).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(JsonText.asObject(answer)).containsEntry("ok", true);
    return new Member(
        name,
        content ->
            client
                .ask("message:send", Map.of("channelId", CHANNEL, "content", content))
                .thenAccept(ack -> assertThat(JsonText.asObject(ack)).containsEntry("ok", true)),
        () -> client.objects("message:new").stream().map(Message::of).toList());
  }
}
