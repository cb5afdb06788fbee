package io.carillon.stream;

import static io.carillon.stream.StreamNode.await;
import static io.carillon.stream.StreamNode.events;
import static io.carillon.stream.StreamNode.post;
import static io.carillon.stream.StreamNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What event streams promise, whatever carries them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EventStreamsContract {
  private StreamNode node;
  private final List<EventStream> opened = new ArrayList<>();

  /** Settings that choose what carries streams. */
  abstract Map<String, String> settings();

  @BeforeAll
  void start(@TempDir Path folder) {
    node = new StreamNode(folder, settings());
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @AfterEach
  void leave() {
    opened.forEach(stream -> stream.client().leave());
    opened.clear();
    assertThat(node.wire.failure()).isNull();
    assertThat(node.violations()).isEmpty();
  }

  private EventStream open(String user, String path, String lastEventId) {
    EventStream stream = EventStream.open(node.wire, node.caller(user), path, lastEventId);
    opened.add(stream);
    return stream;
  }

  private EventStream open(String user, String path) {
    return open(user, path, "");
  }

  private String freshChannel(String kind) {
    String name = kind.toLowerCase(java.util.Locale.ROOT) + "-" + UUID.randomUUID();
    node.channel(name, kind);
    return name;
  }

  // ---- the stream itself

  @Test
  void opensAtOnceWithTheHeadersThatKeepEventsMoving() {
    String channel = freshChannel("CHAT");
    EventStream stream = open("alice", events(channel));

    assertThat(stream.head().header("content-type")).isEqualTo("text/event-stream");
    assertThat(stream.head().header("cache-control")).isEqualTo("no-cache, no-store, no-transform");
    assertThat(stream.head().header("x-accel-buffering")).isEqualTo("no");
    assertThat(stream.head().header("content-encoding")).isEmpty();
    assertThat(stream.head().header("content-length")).isEmpty();
    // The position before any event, so that a client that hears nothing comes back to it.
    await().untilAsserted(() -> assertThat(stream.lastId()).endsWith("-0"));
    assertThat(stream.client().comments()).isPositive();
    assertThat(stream.client().retryMillis()).isBetween(1_500L, 2_500L);
    assertThat(stream.events).isEmpty();
  }

  @Test
  void givesNewMessagesToOnmessageAndNamesTheRest() {
    String channel = freshChannel("CHAT");
    EventStream stream = open("bob", events(channel));

    Map<String, Object> sent = node.say("alice", channel, "hello\r\nworld");
    String id = (String) sent.get("id");
    await(node.rest("alice").patch(StreamNode.messages(channel) + "/" + id, Map.of("content", "x")))
        .orRefused();
    await(node.rest("alice").delete(StreamNode.messages(channel) + "/" + id)).orRefused();

    await().until(() -> stream.events.size() == 3);
    assertThat(stream.types()).containsExactly("message", "message:updated", "message:deleted");
    assertThat(stream.data(0))
        .containsEntry("content", "hello\r\nworld")
        .containsEntry("authorId", "alice")
        .doesNotContainKey("type");
    assertThat(stream.events.get(0).lastId()).isEqualTo(sent.get("position"));
    assertThat(stream.data(2)).containsEntry("deleted", true);
  }

  @Test
  void bringsEventsOfAChannelWithoutALogFromTheMomentItIsOpen() {
    String channel = freshChannel("EPHEMERAL");
    for (int i = 0; i < 50; i++) {
      EventStream stream = open("bob", events(channel));
      node.say("alice", channel, "ping " + i);
      await().until(() -> !stream.events.isEmpty());
      assertThat(stream.events.get(0).lastId()).isEmpty();
      assertThat(stream.data(0)).containsEntry("content", "ping " + i);
      stream.client().leave();
    }
  }

  @Test
  void sendsCommentsWhileNothingHappens() {
    EventStream stream = open("alice", events(freshChannel("CHAT")));
    long first = stream.client().comments();

    await().atMost(Duration.ofSeconds(6)).until(() -> stream.client().comments() >= first + 3);
    assertThat(stream.events).isEmpty();
  }

  @Test
  void keepsControlCharactersInTheirFields() {
    String channel = freshChannel("CHAT");
    EventStream stream = open("bob", events(channel));
    List<String> texts =
        List.of(
            "a\nb",
            "\r\n\r\ndata: x",
            "\n\nevent: error",
            "id: 1\r",
            "\u2028\u0085",
            "\uFEFF",
            ":");

    texts.forEach(text -> node.say("alice", channel, text));

    await().until(() -> stream.events.size() == texts.size());
    assertThat(stream.contents()).isEqualTo(texts);
    assertThat(stream.types()).containsOnly("message");
  }

  // ---- resume

  @Test
  void bringsExactlyWhatWasMissedThenGoesOn() {
    String channel = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "0").get("position");
    IntStream.range(1, 40).forEach(i -> node.say("alice", channel, "" + i));

    EventStream stream = open("bob", events(channel), position);
    node.say("alice", channel, "40");

    await().until(() -> stream.events.size() >= 40);
    assertThat(stream.contents())
        .isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(i -> "" + i).toList());
    assertThat(stream.types()).containsOnly("message");
  }

  @Test
  void takesAPositionFromTheQueryUntilThereIsANewerOneInTheHeader() {
    String channel = freshChannel("CHAT");
    String first = (String) node.say("alice", channel, "1").get("position");
    String second = (String) node.say("alice", channel, "2").get("position");
    node.say("alice", channel, "3");

    for (String query : List.of("?since=", "?lastEventId=")) {
      EventStream byQuery = open("bob", events(channel) + query + first);
      await().until(() -> byQuery.events.size() == 2);
      EventStream byHeader = open("bob", events(channel) + query + first, second);
      await().until(() -> byHeader.events.size() == 1);
      assertThat(byHeader.contents()).containsExactly("3");
    }
  }

  @Test
  void survivesManyReconnectsWithoutEvents() {
    String channel = freshChannel("CHAT");
    node.say("alice", channel, "before");
    String id = "";
    for (int i = 0; i < 20; i++) {
      EventStream stream = open("bob", events(channel), id);
      await().until(() -> !stream.lastId().isEmpty());
      id = stream.lastId();
      assertThat(stream.events).isEmpty();
      stream.client().cut();
    }
    node.say("alice", channel, "while away");

    EventStream last = open("bob", events(channel), id);
    await().until(() -> !last.events.isEmpty());
    assertThat(last.contents()).containsExactly("while away");
  }

  @Test
  void bringsWhatWasMissedOnceHoweverOftenAClientComesBack() {
    String channel = freshChannel("CHAT");
    EventStream first = open("bob", events(channel));
    await().until(() -> !first.lastId().isEmpty());
    String id = first.lastId();
    first.client().cut();
    IntStream.range(0, 10).forEach(i -> node.say("alice", channel, "" + i));

    List<Object> got = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      EventStream stream = open("bob", events(channel), id);
      int expected = round == 0 ? 10 : 0;
      // The position comes after what was missed, and before anything new.
      await().until(() -> stream.events.size() >= expected && stream.lastId().endsWith("-10"));
      got.addAll(stream.contents());
      id = stream.lastId();
      stream.client().cut();
    }
    node.say("alice", channel, "after");
    EventStream last = open("bob", events(channel), id);
    await().until(() -> !last.events.isEmpty());
    got.addAll(last.contents());

    List<Object> expected = new ArrayList<>(IntStream.range(0, 10).mapToObj(i -> "" + i).toList());
    expected.add("after");
    assertThat(got).isEqualTo(expected);
  }

  /** After none, one and several heartbeats. */
  @Test
  void resumesWhereAClientWasCutHoweverLongItHadBeenThere() {
    String channel = freshChannel("CHAT");
    int[] heartbeats = {0, 0, 1, 1, 4, 4};
    List<EventStream> streams = new ArrayList<>();
    for (int ignored : heartbeats) {
      streams.add(open("bob", events(channel)));
    }
    for (int i = 0; i < heartbeats.length; i++) {
      EventStream stream = streams.get(i);
      int heard = i; // what was said while earlier ones were away
      long comments = 1 + heartbeats[i]; // one comes at the beginning
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  stream.events.size() == heard
                      && stream.lastId().endsWith("-" + heard)
                      && stream.client().comments() >= comments);
      stream.client().cut();
      String text = "while number " + i + " was away";
      node.say("alice", channel, text);
      EventStream again = open("bob", events(channel), stream.lastId());
      await().until(() -> !again.events.isEmpty());
      assertThat(again.types()).containsExactly("message");
      assertThat(again.contents()).containsExactly(text);
    }
  }

  /** Proxies and buggy clients repeat headers: the first line counts, however many there are. */
  @Test
  void takesTheFirstOfSeveralPositions() {
    String channel = freshChannel("CHAT");
    String first = (String) node.say("alice", channel, "1").get("position");
    String second = (String) node.say("alice", channel, "2").get("position");
    node.say("alice", channel, "3");
    String again = "\r\nLast-Event-ID: ";

    for (String more : List.of(again + first, again + second, again, again + "x" + again + first)) {
      EventStream stream = open("bob", events(channel), first + more);
      await().until(() -> stream.events.size() >= 2);
      assertThat(stream.contents()).as(more).containsExactly("2", "3");
    }
    EventStream unknown = open("bob", events(channel), "x" + again + first);
    await().until(() -> !unknown.events.isEmpty());
    assertThat(unknown.types()).containsExactly("reset");
  }

  @Test
  void answersEveryPositionThatItNeverGaveWithAResetAndGoesOnLive() {
    String channel = freshChannel("CHAT");
    String other = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "here").get("position");
    String elsewhere = (String) node.say("alice", other, "there").get("position");
    String epoch = position.substring(0, position.indexOf('-'));
    List<String> strange =
        List.of(
            "0",
            "-1",
            "1",
            "x",
            epoch,
            epoch + "-",
            epoch + "-1000",
            epoch + "--1",
            "9223372036854775808",
            epoch + "-9223372036854775808",
            elsewhere,
            "1_" + position,
            "a.b.c",
            "null",
            "*",
            "x".repeat(4_000));

    for (String id : strange) {
      EventStream stream = open("bob", events(channel), id);
      await().until(() -> !stream.events.isEmpty());
      assertThat(stream.types()).as(id).containsExactly("reset");
      assertThat(stream.data(0))
          .as(id)
          .containsEntry("channelId", channel)
          .hasEntrySatisfying("reason", reason -> assertThat(reason).isIn("unknown", "epoch"));
      assertThat(stream.events.get(0).lastId()).as(id).isEqualTo(position);
      opened.remove(stream);
      stream.client().leave();
    }
    EventStream evil = open("bob", events(channel) + "?since=%0D%0Aevent%3A%20x%00%C3%A9");
    await().until(() -> !evil.events.isEmpty());
    assertThat(evil.types()).containsExactly("reset");

    node.say("alice", channel, "live");
    await().until(() -> evil.events.size() == 2);
    assertThat(evil.data(1)).containsEntry("content", "live");
  }

  @Test
  void refusesAPositionBeyondTheSizeOfAHeader() {
    String channel = freshChannel("CHAT");

    Answer answer =
        await(node.rest("bob").get(events(channel) + "?since=" + "x".repeat(64 * 1024)));

    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void takesAnEmptyPositionForNone() {
    String channel = freshChannel("CHAT");
    node.say("alice", channel, "before");

    EventStream stream = open("bob", events(channel) + "?since=&lastEventId=");
    node.say("alice", channel, "after");

    await().until(() -> !stream.events.isEmpty());
    assertThat(stream.contents()).containsExactly("after");
  }

  @Test
  void repeatsNoMoreThanTheClientWants() {
    String channel = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "0").get("position");
    IntStream.range(1, 6).forEach(i -> node.say("alice", channel, "" + i));

    EventStream few = open("bob", events(channel) + "?limit=4", position);
    await().until(() -> !few.events.isEmpty());
    assertThat(few.types()).containsExactly("reset");
    assertThat(few.data(0)).containsEntry("reason", "too-far");

    EventStream enough = open("bob", events(channel) + "?limit=5", position);
    await().until(() -> enough.events.size() == 5);
    EventStream all = open("bob", events(channel) + "?limit=0", position);
    await().until(() -> all.events.size() == 5);
    assertThat(all.types()).containsOnly("message");
  }

  @Test
  void catchesUpOnMoreThanTheQueueHolds() {
    String channel = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "first").get("position");
    String large = "x".repeat(40_000);
    IntStream.range(0, 40).forEach(i -> node.say("alice", channel, large + i));

    EventStream stream = open("bob", events(channel), position);

    await().atMost(Duration.ofSeconds(20)).until(() -> stream.events.size() == 40);
    assertThat(stream.contents())
        .isEqualTo(IntStream.range(0, 40).mapToObj(i -> large + i).toList());
  }

  @Test
  void leavesNoSeamBetweenWhatWasMissedAndWhatComes() {
    String channel = freshChannel("CHAT");
    for (int trial = 0; trial < 100; trial++) {
      String position = (String) node.say("alice", channel, trial + ":0").get("position");
      RestClient alice = node.rest("alice");
      for (int i = 1; i <= 10; i++) {
        alice.post(StreamNode.messages(channel), Map.of("content", trial + ":" + i));
      }
      EventStream stream = open("bob", events(channel), position);
      int number = trial;
      await()
          .untilAsserted(
              () ->
                  assertThat(stream.contents())
                      .as("trial %d", number)
                      .containsExactlyInAnyOrderElementsOf(
                          IntStream.rangeClosed(1, 10).mapToObj(i -> number + ":" + i).toList()));
      assertThat(stream.events).extracting(e -> e.lastId()).doesNotHaveDuplicates();
      opened.remove(stream);
      stream.client().leave();
    }
  }

  // ---- the other streams

  @Test
  void carriesInboxAnnouncementsAndChannelsOnOneStream() {
    String channel = freshChannel("CHAT");
    String user = "user-" + UUID.randomUUID();
    String path = "/api/events?channel=" + channel;
    EventStream stream = open(user, path);

    post(
        node.admin(),
        "/api/notifications",
        Map.of("userId", user, "type", "invoice", "title", "Due", "message", "Pay", "url", "/i"));
    node.say("alice", channel, "hello");
    await().until(() -> typed(stream, "notification") == 1 && typed(stream, "message:new") == 1);
    post(
        node.admin(),
        "/api/announcements",
        Map.of("type", "news", "title", "All", "message", "Hear", "url", ""));
    await().until(() -> typed(stream, "announcement") == 1);
    assertThat(stream.types()).containsOnly("message");
    Map<String, Object> notification =
        stream.events.stream()
            .map(EventStream::data)
            .filter(data -> "notification".equals(data.get("type")))
            .findFirst()
            .orElseThrow();
    assertThat(notification).containsEntry("kind", "invoice").containsEntry("title", "Due");

    String id = stream.lastId();
    assertThat(id).matches("[a-z0-9_.-]{1,200}");
    stream.client().cut();
    node.say("alice", channel, "missed");
    EventStream again = open(user, path, id);
    await().until(() -> typed(again, "message:new") == 1);
    assertThat(again.events.stream().map(EventStream::data))
        .noneMatch(data -> List.of("notification", "announcement").contains(data.get("type")))
        .noneMatch(data -> "hello".equals(data.get("content")));
  }

  private static long typed(EventStream stream, String type) {
    return stream.events.stream()
        .filter(event -> type.equals(EventStream.data(event).get("type")))
        .count();
  }

  @Test
  void resetsOnlyTheChannelsThatTheClientsPositionLacks() {
    String known = freshChannel("CHAT");
    String added = freshChannel("CHAT");
    node.say("alice", added, "old");
    EventStream first = open("bob", "/api/events?channel=" + known);
    await().until(() -> !first.lastId().isEmpty());
    String id = first.lastId();
    node.say("alice", known, "missed");

    EventStream second = open("bob", "/api/events?channel=" + known + "&channel=" + added, id);

    await().until(() -> typed(second, "message:new") == 1);
    assertThat(second.events)
        .filteredOn(event -> event.type().equals("reset"))
        .extracting(event -> EventStream.data(event).get("channelId"))
        .containsExactly(added);
  }

  @Test
  void takesASingleChannelsPositionForNoneOfSeveral() {
    String channel = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "here").get("position");

    EventStream stream = open("bob", "/api/events?channel=" + channel, position);

    await().until(() -> stream.events.size() >= 3);
    assertThat(stream.events)
        .filteredOn(event -> event.type().equals("reset"))
        .extracting(event -> EventStream.data(event).get("reason"))
        .containsExactly("unknown", "unknown", "unknown");
  }

  @Test
  void namesNotificationsAndAnnouncementsOnTheirStream() {
    String user = "user-" + UUID.randomUUID();
    EventStream stream = open(user, "/api/notifications/stream");

    String id =
        (String)
            post(
                    node.admin(),
                    "/api/notifications",
                    Map.of("userId", user, "type", "t", "title", "T", "message", "M", "url", "/u"))
                .get("id");
    await().until(() -> stream.types().contains("notification"));
    await(node.rest(user).patch("/api/notifications/" + id, Map.of("read", true))).orRefused();
    post(
        node.admin(),
        "/api/announcements",
        Map.of("type", "t", "title", "A", "message", "M", "url", ""));

    await().until(() -> stream.types().contains("announcement"));
    await().until(() -> stream.types().contains("notification:updated"));
    assertThat(stream.data(0))
        .containsEntry("id", id)
        .containsEntry("type", "t")
        .containsEntry("url", "/u")
        .containsKey("createdAt");
    assertThat(stream.events).allMatch(event -> !event.lastId().isEmpty());
    assertThat(stream.types()).doesNotContain("message", "presence:online");
  }

  @Test
  void carriesAListAsDiffs() {
    String list = freshChannel("LIST");
    String todos = "/api/lists/" + list + "/todos";
    EventStream stream = open("bob", "/api/lists/" + list + "/events");

    String id = (String) post(node.rest("alice"), todos, Map.of("text", "buy milk")).get("id");
    await(node.rest("alice").patch(todos + "/" + id, Map.of("completed", true))).orRefused();
    await(node.rest("alice").delete(todos + "/" + id)).orRefused();

    await().until(() -> stream.events.size() == 3);
    assertThat(stream.types()).containsOnly("message");
    assertThat(stream.data(0)).containsEntry("type", "todo:created").containsKey("todo");
    assertThat(stream.data(1)).containsEntry("type", "todo:updated");
    assertThat(stream.data(2)).containsEntry("type", "todo:deleted").containsEntry("todoId", id);
  }

  // ---- refusals and ends

  @Test
  void refusesBeforeTheStreamBegins() {
    RestClient bob = node.rest("bob");
    String channel = freshChannel("CHAT");
    node.channel("owner", "hidden-" + channel, "CHAT", "PRIVATE");

    assertThat(refusal(await(bob.get(events("no such channel"))))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(await(bob.get(events("hidden-" + channel))))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(await(bob.get("/api/events?channel=hidden-" + channel))))
        .isEqualTo("403 FORBIDDEN");
    assertThat(refusal(await(bob.get("/api/channels/%0A/events")))).isEqualTo("400 MALFORMED");
    assertThat(refusal(await(bob.get(events(channel) + "?limit=-1")))).isEqualTo("400 MALFORMED");
    assertThat(refusal(await(bob.get(events(channel) + "?limit=x")))).isEqualTo("400 MALFORMED");
    assertThat(refusal(await(bob.get("/api/lists/" + channel + "/events"))))
        .isEqualTo("404 NOT_FOUND");
    String many = String.join("", IntStream.range(0, 51).mapToObj(i -> "&channel=c" + i).toList());
    assertThat(refusal(await(bob.get("/api/events?" + many)))).isEqualTo("400 MALFORMED");
    RestClient nobody =
        new RestClient(node.wire, new Caller(node.address(), "demo", "nobody", "no.valid.token"));
    assertThat(refusal(await(nobody.get("/api/events")))).isEqualTo("401 UNAUTHENTICATED");
    awaitNoStreams();
  }

  /** Streams of earlier tests have ended. */
  private void awaitNoStreams() {
    await().untilAsserted(() -> assertThat(node.open("sse")).isZero());
  }

  @Test
  void answersAHeadWithoutOpeningAStream() {
    String channel = freshChannel("CHAT");
    awaitNoStreams();

    Answer head =
        await(node.rest("bob").send("HEAD", events(channel), null, Duration.ofSeconds(10)));

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.head().header("content-type")).startsWith("text/event-stream");
    assertThat(node.open("sse")).isZero();
  }

  @Test
  void endsTheStreamOfSomebodyWhoIsRemoved() {
    String channel = "private-" + UUID.randomUUID();
    node.channel("owner", channel, "CHAT", "PRIVATE");
    post(
        node.rest("owner"),
        "/api/channels/" + channel + "/members",
        Map.of("userId", "carol", "role", "WRITER"));
    EventStream single = open("carol", events(channel));
    EventStream mixed = open("carol", "/api/events?channel=" + channel);
    node.say("owner", channel, "still here");
    await().until(() -> !single.events.isEmpty());

    await(node.rest("owner").delete("/api/channels/" + channel + "/members/carol")).orRefused();
    await()
        .atMost(Duration.ofSeconds(2))
        .until(() -> single.closed.isDone() && mixed.closed.isDone());

    for (EventStream stream : List.of(single, mixed)) {
      assertThat(stream.types()).endsWith("error");
      assertThat(stream.data(stream.events.size() - 1))
          .containsEntry("code", "FORBIDDEN")
          .containsEntry("retry", "NEVER");
    }
    assertThat(refusal(await(node.rest("carol").get(events(channel))))).isEqualTo("403 FORBIDDEN");
  }

  @Test
  void endsTheStreamWhenTheTokenExpires() {
    Caller brief = node.caller("dave", "MEMBER", Duration.ofSeconds(3));
    EventStream stream = EventStream.open(node.wire, brief, events(freshChannel("CHAT")), "");

    await(stream.closed);

    assertThat(stream.types()).containsExactly("error");
    assertThat(stream.data(0)).containsEntry("code", "TOKEN_EXPIRED");
    assertThatThrownBy(() -> open(brief)).isInstanceOf(Refused.class).hasMessageContaining("401");
  }

  private void open(Caller caller) {
    EventStream.open(node.wire, caller, "/api/events", "");
  }

  // ---- clients that are not as they should be

  @Test
  void noticesClientsThatLeaveOrVanish() {
    String channel = freshChannel("CHAT");
    awaitNoStreams();
    List<EventStream> streams = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      streams.add(EventStream.begin(node.wire, node.caller("bob"), events(channel), "", 0));
      streams.add(EventStream.begin(node.wire, node.caller("bob"), "/api/events", "", 0));
    }
    streams.forEach(stream -> StreamNode.await(stream.client().ready()));
    await().untilAsserted(() -> assertThat(node.open("sse")).isEqualTo(200));

    for (int i = 0; i < streams.size(); i++) {
      if (i % 3 == 0) {
        streams.get(i).client().leave();
      } else {
        streams.get(i).client().cut();
      }
    }

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              assertThat(node.open("sse")).isZero();
              assertThat(node.metric("carillon_subscriptions", "")).isZero();
              assertThat(node.metric("carillon_channels_active", "")).isZero();
            });
  }

  @Test
  void closesAStreamThatIsNotReadAndDelaysNobodyElse() {
    String channel = freshChannel("CHAT");
    awaitNoStreams();
    EventStream reader = open("bob", events(channel));
    List<EventStream> stalled = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      EventStream stream =
          EventStream.begin(node.wire, node.caller("bob"), events(channel), "", 4_096);
      StreamNode.await(stream.client().ready());
      stream.client().pause();
      stalled.add(stream);
    }
    String large = "x".repeat(60_000);
    int count = 200;
    for (int i = 0; i < count; i++) {
      node.say("alice", channel, large);
    }

    // 12 MB each: more than queue and kernel hold.
    await().atMost(Duration.ofSeconds(20)).until(() -> reader.events.size() == count);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(node.open("sse")).isEqualTo(1);
              long started = System.nanoTime();
              assertThat(await(node.rest("bob").get("/health/live")).status()).isEqualTo(200);
              assertThat(Duration.ofNanos(System.nanoTime() - started))
                  .isLessThan(Duration.ofSeconds(2));
            });
    stalled.forEach(stream -> stream.client().cut());
    node.say("alice", channel, "after");
    await().until(() -> reader.events.size() == count + 1);
  }

  @Test
  void keepsToTheLimitOfConnections(@TempDir Path other) {
    Map<String, String> settings = new java.util.HashMap<>(settings());
    settings.put("CARILLON_LIMIT_CONNECTIONS_PER_USER", "3");
    try (StreamNode small = new StreamNode(other, settings)) {
      small.channel("general", "CHAT");
      List<EventStream> three = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        three.add(EventStream.open(small.wire, small.caller("bob"), events("general"), ""));
      }
      Answer refused = await(small.rest("bob").get(events("general")));
      assertThat(refusal(refused)).isEqualTo("429 RATE_LIMITED");
      assertThat(refused.head().header("retry-after")).isNotEmpty();
      assertThat(refusal(await(small.rest("bob").get("/api/poll?channel=general"))))
          .isEqualTo("429 RATE_LIMITED");

      three.get(0).client().cut();

      await()
          .atMost(Duration.ofSeconds(8))
          .ignoreExceptionsInstanceOf(Refused.class)
          .until(
              () ->
                  EventStream.open(small.wire, small.caller("bob"), events("general"), "") != null);
    }
  }
}
