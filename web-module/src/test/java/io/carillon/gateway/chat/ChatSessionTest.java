package io.carillon.gateway.chat;

import static io.carillon.gateway.chat.ChatWorld.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.application.Receipt;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.FrameSequence;
import io.carillon.gateway.TripleEncoder;
import io.carillon.hub.OutboundQueue.Offer;
import io.carillon.transport.FakeWebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChatSessionTest {
  private final ChatWorld world =
      new ChatWorld(
          Map.of(
              "CARILLON_LIMIT_CHANNELS_PER_CONNECTION", "2",
              "CARILLON_LIMIT_FRAMES_PER_SECOND", "0",
              "CARILLON_QUEUE_BYTES", "16384"));
  private final FakeWebSocket client = world.connect(FakeWebSocket.user("alice"));

  /** Sends a frame, lets it be handled, and returns what came out. */
  private List<String> ask(String event, String ref, String data) {
    client.takeOut();
    client.arrives("{\"event\":\"" + event + "\",\"ref\":\"" + ref + "\",\"data\":" + data + "}");
    world.workers.work();
    return client.takeOut();
  }

  private List<String> join(String channel, String more) {
    return ask("channel:join", "1", "{\"channelId\":\"" + channel + "\"" + more + "}");
  }

  private void happens(String channel, ChannelEvent event) {
    Offer offer =
        world
            .subscriber(channel)
            .deliver(
                world.subscription(channel), event, TripleEncoder.JSON.encode(event).orElseThrow());
    if (offer == Offer.FLUSH_DUE) {
      client.queue().flush();
    }
  }

  private static String error(String ref, ErrorCode code) {
    return "{\"event\":\"error\",\"ref\":\""
        + ref
        + "\",\"data\":{\"code\":\""
        + code
        + "\",\"message\":\""
        + code.text()
        + "\",\"retry\":\""
        + code.retry()
        + '"';
  }

  // ---- channels

  @Test
  void hearsTheInboxAndTheAnnouncementsWithoutAJoin() {
    assertThat(world.deeds)
        .containsExactly("opened", "start user:alice from 3", "start org:demo from 5");
    happens("user:alice", message("user:alice", 4, "hi"));
    assertThat(client.out()).singleElement().asString().contains("\"id\":\"k3-4\"");
  }

  @Test
  void hearsNothingOfItsOwnWithAnApiKey() {
    world.deeds.clear();
    world.connect(
        new Identity(
            "demo",
            new UserId("key"),
            "key",
            "",
            OrganizationRole.ADMIN,
            "",
            Instant.MAX,
            Identity.Kind.API_KEY));
    assertThat(world.deeds).containsExactly("opened");
  }

  @Test
  void closesWhereTheOwnChannelsCannotBeHeard() {
    world.failure = new IllegalStateException("no database");
    FakeWebSocket other = world.connect(FakeWebSocket.user("alice"));
    assertThat(other.out()).containsExactly("<close 4500>");
  }

  @Test
  void answersAJoinWithThePositionAndTheLatestPage() {
    world.history = List.of(message("general", 19, "a"), message("general", 20, "b"));
    List<String> answers = join("general", "");
    assertThat(answers.get(0))
        .isEqualTo(
            """
            {"event":"channel:joined","ref":"1","data":{"channelId":"general",\
            "position":"k3-20","resumed":false,"role":"WRITER"}}\
            """);
    assertThat(answers.get(1))
        .startsWith(
            "{\"event\":\"channel:history\",\"data\":{\"channelId\":\"general\",\"messages\":[{")
        .contains("\"content\":\"a\"", "\"content\":\"b\"")
        .endsWith("],\"hasMore\":false,\"position\":\"k3-20\"}}");
    assertThat(answers).hasSize(2);
    assertThat(world.deeds)
        .containsSubsequence("history BEFORE 21", "present in general", "start general from 20");
  }

  @Test
  void resumesWithoutHistory() {
    List<String> answers = join("general", ",\"since\":\"k3-17\"");
    assertThat(answers)
        .containsExactly(
            """
            {"event":"channel:joined","ref":"1","data":{"channelId":"general",\
            "position":"k3-20","resumed":true,"role":"WRITER"}}\
            """);
    assertThat(world.deeds).contains("start general from 17");
  }

  @Test
  void saysWhyItDoesNotResumeAndBringsTheLatestPage() {
    List<String> answers = join("general", ",\"since\":\"old-17\"");
    assertThat(answers.get(0)).contains("\"resumed\":false,\"reason\":\"epoch\"");
    assertThat(answers.get(1)).contains("channel:history");
    assertThat(world.deeds).contains("start general from 20");
  }

  @Test
  void joinsAChannelWithoutALogWithoutAPosition() {
    world.channel("cursors", ChannelKind.EPHEMERAL, 0);
    assertThat(join("cursors", ",\"since\":\"k3-1\""))
        .containsExactly(
            """
            {"event":"channel:joined","ref":"1","data":{"channelId":"cursors",\
            "resumed":false,"role":"WRITER"}}\
            """);
  }

  @Test
  void leavesOutTheOldestMessagesOfAPageThatIsTooLarge() {
    world.history =
        IntStream.rangeClosed(1, 50).mapToObj(i -> message("general", i, "x".repeat(700))).toList();
    String page = join("general", "").get(1);
    assertThat(page.length()).isBetween(4_000, 16384 / 2);
    assertThat(page).contains("\"id\":\"m50\"", "\"hasMore\":true").doesNotContain("\"id\":\"m1\"");
    String after = ask("channel:history", "2", "{\"channelId\":\"general\",\"after\":0}").get(0);
    assertThat(after)
        .contains("\"id\":\"m1\"", "\"hasMore\":true")
        .doesNotContain("\"id\":\"m50\"");
  }

  @Test
  void goesOnWithAChannelThatIsJoinedAlready() {
    join("general", ",\"since\":\"k3-17\"");
    assertThat(join("general", "")).hasSize(2).first().asString().contains("channel:joined");
    assertThat(join("general", ",\"since\":\"k3-18\""))
        .singleElement()
        .asString()
        .contains("\"resumed\":true");
    assertThat(world.started.get(ChatWorld.key("general").name())).hasSize(1);
  }

  @Test
  void startsAnewWhereAnEarlierPositionIsAskedFor() {
    join("general", "");
    var before = world.subscriber("general");
    var subscription = world.subscription("general");
    join("general", ",\"since\":\"k3-10\"");
    assertThat(world.deeds).contains("start general from 10");
    var frame = TripleEncoder.JSON.encode(message("general", 21, "x")).orElseThrow();
    before.deliver(subscription, message("general", 21, "x"), frame);
    assertThat(client.out()).as("the first one's events come no more").isEmpty();
    happens("general", message("general", 21, "x"));
    assertThat(client.out()).hasSize(1);
  }

  @Test
  void limitsTheChannelsOfAConnection() {
    world.channel("a", ChannelKind.CHAT, 0);
    world.channel("b", ChannelKind.CHAT, 0);
    join("a", "");
    join("b", "");
    assertThat(join("general", ""))
        .singleElement()
        .asString()
        .startsWith(error("1", ErrorCode.RATE_LIMITED));
    assertThat(join("a", "")).first().asString().contains("channel:joined");
    ask("channel:leave", "2", "{\"channelId\":\"a\"}");
    assertThat(join("general", "")).first().asString().contains("channel:joined");
  }

  @Test
  void answersAJoinThatIsNotAllowed() {
    assertThat(join("board", ""))
        .singleElement()
        .asString()
        .startsWith(error("1", ErrorCode.FORBIDDEN));
  }

  @Test
  void leaves() {
    join("general", "");
    assertThat(ask("channel:leave", "2", "{\"channelId\":\"general\"}"))
        .containsExactly(
            "{\"event\":\"channel:left\",\"ref\":\"2\",\"data\":{\"channelId\":\"general\"}}");
    assertThat(world.deeds).contains("absent from general");
    happens("general", message("general", 21, "late"));
    assertThat(client.out()).isEmpty();
  }

  @Test
  void tellsOfAChannelThatWasTakenAway() {
    join("general", "");
    world.subscriber("general").ended(world.subscription("general"), ErrorCode.FORBIDDEN);
    assertThat(client.takeOut())
        .hasSize(2)
        .satisfies(
            out -> {
              assertThat(out.get(0))
                  .startsWith("{\"event\":\"error\",\"data\":{\"code\":\"FORBIDDEN\"");
              assertThat(out.get(1))
                  .startsWith(
                      "{\"event\":\"channel:left\",\"data\":{\"channelId\":\"general\",\"code\":\"FORBIDDEN\"");
            });
    world.subscriber("general").ended(world.subscription("general"), ErrorCode.FORBIDDEN);
    assertThat(client.out()).as("once").isEmpty();
  }

  @Test
  void asksAClientBackWhoseInboxCannotBeKeptUp() {
    world.subscriber("user:alice").ended(world.subscription("user:alice"), ErrorCode.CONFLICT);
    assertThat(client.out()).containsExactly("<close 4503>");
  }

  @Test
  void doesNotTellSomebodyOfTheirOwnTyping() {
    join("general", "");
    happens("general", new Signal(ChatWorld.key("general"), Signal.Type.TYPING, "{}", "alice"));
    happens("general", new Signal(ChatWorld.key("general"), Signal.Type.READ, "{}", "alice"));
    happens("general", new Signal(ChatWorld.key("general"), Signal.Type.TYPING, "{}", "bob"));
    assertThat(client.takeOut())
        .containsExactly(
            "{\"event\":\"read\",\"data\":{}}", "{\"event\":\"typing:update\",\"data\":{}}");
  }

  // ---- messages

  @Test
  void acknowledgesASendWhenTheLogHasStoredIt() {
    String send = "{\"channelId\":\"general\",\"content\":\"hello\",\"clientId\":\"c-9\"}";
    assertThat(ask("message:send", "2", send)).isEmpty();
    assertThat(world.deeds).contains("send general \"hello\" over websocket");
    assertThat(world.workers.waiting()).as("no worker is needed").isZero();
    world.unanswered.get(0).complete(new Receipt(message("general", 21, "hello"), false));
    assertThat(client.takeOut())
        .containsExactly(
            """
            {"event":"ack","ref":"2","data":{"id":"m21","offset":21,"position":"k3-21",\
            "version":1,"createdAt":"2026-01-05T10:00:00.000Z","duplicate":false}}\
            """);
  }

  @Test
  void answersEachSendWithItsOwnOutcome() {
    String send = "{\"channelId\":\"general\",\"content\":\"hello\"}";
    ask("message:send", "1", send);
    ask("message:send", "2", send);
    ask("message:edit", "3", "{\"channelId\":\"general\",\"id\":\"m1\",\"content\":\"new\"}");
    ask("message:delete", "4", "{\"channelId\":\"general\",\"id\":\"m1\"}");
    assertThat(world.deeds).contains("edit m1 \"new\"", "delete m1");
    world
        .unanswered
        .get(1)
        .completeExceptionally(
            new RealtimeException(ErrorCode.RATE_LIMITED, "messages", Duration.ofMillis(2_500)));
    world
        .unanswered
        .get(2)
        .completeExceptionally(new StaleVersionException(message("general", 9, "now")));
    world.unanswered.get(3).completeExceptionally(new IllegalStateException("secret"));
    world.unanswered.get(0).complete(new Receipt(message("general", 21, "hello"), true));
    List<String> out = client.takeOut();
    assertThat(out.get(0)).isEqualTo(error("2", ErrorCode.RATE_LIMITED) + ",\"retryAfter\":3}}");
    assertThat(out.get(1))
        .startsWith(error("3", ErrorCode.CONFLICT))
        .contains("\"current\":{\"id\":\"m9\"");
    assertThat(out.get(2))
        .startsWith(error("4", ErrorCode.INTERNAL))
        .contains("\"reference\":\"")
        .doesNotContain("secret", "Exception");
    assertThat(out.get(3)).contains("\"ref\":\"1\"", "\"duplicate\":true");
  }

  @Test
  void answersAFailureOfTheDatabaseWithoutItsText() {
    world.failure = new IllegalStateException("secret");
    String send = "{\"channelId\":\"general\",\"content\":\"hello\"}";
    assertThat(ask("message:send", "2", send).get(0))
        .startsWith(error("2", ErrorCode.INTERNAL))
        .doesNotContain("secret");
  }

  // ---- the rest

  @Test
  void handsOnTypingAndReadMarks() {
    assertThat(ask("typing:start", "1", "{\"channelId\":\"general\"}"))
        .containsExactly("{\"event\":\"ack\",\"ref\":\"1\",\"data\":{}}");
    ask("typing:stop", "2", "{\"channelId\":\"general\"}");
    ask("read", "3", "{\"channelId\":\"general\",\"offset\":18}");
    assertThat(world.deeds)
        .contains("types in general", "does not type in general", "has read general to 18");
    client.arrives("{\"event\":\"typing:start\",\"data\":{\"channelId\":\"general\"}}");
    world.workers.work();
    assertThat(client.out()).as("not asked to be told").isEmpty();
  }

  @Test
  void tellsPresence() {
    assertThat(ask("presence:get", "1", "{\"userIds\":[\"bob\"]}"))
        .containsExactly(
            """
            {"event":"ack","ref":"1","data":{"users":[{"userId":"bob","online":true,\
            "lastSeen":null,"metadata":null}]}}\
            """);
    assertThat(ask("presence:get", "2", "{\"channelId\":\"general\"}").get(0))
        .contains("\"metadata\":{\"a\":1}");
  }

  @Test
  void renewsTheTokenInPlace() {
    assertThat(ask("auth:renew", "1", "{\"token\":\"newer\"}"))
        .containsExactly(
            """
            {"event":"ack","ref":"1","data":{"expiresAt":"2026-01-05T12:00:00.000Z"}}\
            """);
    assertThat(world.subscriber("user:alice").identity().tokenId()).isEqualTo("newer");
    assertThat(ask("auth:renew", "2", "{\"token\":\"other\"}").get(0))
        .startsWith(error("2", ErrorCode.UNAUTHENTICATED));
    assertThat(world.subscriber("user:alice").identity().tokenId()).isEqualTo("newer");
  }

  @Test
  void answersAPing() {
    client.arrives("{\"event\":\"ping\",\"ref\":7}");
    assertThat(client.out()).containsExactly("{\"event\":\"pong\",\"ref\":7,\"data\":{}}");
  }

  // ---- order and limits

  @Test
  void handlesFramesInTheirOrderWhileOneWaits() {
    client.arrives(
        "{\"event\":\"channel:join\",\"ref\":\"1\",\"data\":{\"channelId\":\"general\"}}");
    client.arrives(
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"x\"}}");
    client.arrives("{\"event\":\"ping\",\"ref\":\"3\"}");
    assertThat(client.out()).isEmpty();
    assertThat(world.unanswered).isEmpty();
    world.workers.work();
    assertThat(client.out().get(0)).contains("channel:joined");
    assertThat(client.out().get(2)).contains("pong");
    assertThat(world.unanswered).hasSize(1);
    client.arrives("{\"event\":\"ping\",\"ref\":\"4\"}");
    assertThat(client.out()).hasSize(4);
  }

  @Test
  void refusesFramesThatAreTooManyToWait() {
    client.arrives(
        "{\"event\":\"read\",\"ref\":\"0\",\"data\":{\"channelId\":\"general\",\"offset\":1}}");
    for (int i = 0; i < FrameSequence.MAX_WAITING; i++) {
      client.arrives("{\"event\":\"ping\"}");
    }
    client.arrives("{\"event\":\"ping\",\"ref\":\"late\"}");
    assertThat(client.takeOut())
        .singleElement()
        .asString()
        .startsWith(error("late", ErrorCode.OVERLOADED));
    world.workers.work();
    assertThat(client.out()).hasSizeGreaterThan(100);
  }

  @Test
  void refusesWhatNoWorkerTakes() {
    world.workers.refuse();
    assertThat(ask("read", "1", "{\"channelId\":\"general\",\"offset\":1}").get(0))
        .startsWith(error("1", ErrorCode.OVERLOADED));
    assertThat(ask("ping", "2", "{}")).as("and goes on").hasSize(1);
  }

  @Test
  void waitsForAClientThatDoesNotReadItsHistory() {
    world.history =
        IntStream.rangeClosed(1, 20).mapToObj(i -> message("general", i, "x".repeat(700))).toList();
    client.block();
    for (int i = 0; i < 10; i++) {
      client.arrives("{\"event\":\"channel:history\",\"data\":{\"channelId\":\"general\"}}");
    }
    world.workers.work();
    assertThat(client.queue().isClosed()).isFalse();
    assertThat(client.queue().queuedBytes()).isLessThan(client.queue().maxQueuedBytes());
    client.unblock();
    world.workers.work();
    assertThat(client.out()).hasSize(10);
  }

  @Test
  void closesAfterTooManyMalformedFrames() {
    for (int i = 0; i < 10; i++) {
      client.arrives("nonsense");
    }
    assertThat(client.takeOut()).hasSize(10).allMatch(out -> out.contains("MALFORMED"));
    client.arrives("nonsense");
    assertThat(client.out()).containsExactly("<close 4400>");
  }

  @Test
  void answersAFrameOverTheLimitAndGoesOn() {
    client.arrivesOversized(
        "{\"event\":\"message:send\",\"ref\":\"9\",\"data\":{\"content\":\"xxx");
    assertThat(client.out()).singleElement().asString().startsWith(error("9", ErrorCode.TOO_LARGE));
  }

  @Test
  void closesAClientThatGoesOnFlooding() {
    ChatWorld limited = new ChatWorld(Map.of("CARILLON_LIMIT_FRAMES_PER_SECOND", "5"));
    FakeWebSocket flood = limited.connect(FakeWebSocket.user("alice"));
    for (int i = 0; i < 5; i++) {
      flood.arrives("{\"event\":\"ping\"}");
    }
    assertThat(flood.takeOut()).hasSize(5).allMatch(out -> out.contains("pong"));
    flood.arrives("{\"event\":\"ping\",\"ref\":\"6\"}");
    assertThat(flood.takeOut().get(0)).startsWith(error("6", ErrorCode.RATE_LIMITED));
    for (int i = 0; i < 5_000 && flood.out().stream().noneMatch(out -> out.startsWith("<")); i++) {
      flood.arrives("{\"event\":\"ping\"}");
    }
    assertThat(flood.out()).endsWith("<close 4429>");
  }

  // ---- the end

  @Test
  void asksBackWhenTheNodeDrains() {
    client.close(ErrorCode.DRAINING);
    assertThat(client.out())
        .containsExactly(
            "{\"event\":\"server:drain\",\"data\":{\"retry\":\"NOW\"}}", "<close 4503>");
  }

  @Test
  void answersWhatItHasBegunBeforeItAsksBackAndBeginsNothingElse() {
    String send = "{\"channelId\":\"general\",\"content\":\"hello\"}";
    ask("message:send", "1", send);
    ask("message:send", "2", send);
    client.close(ErrorCode.DRAINING);
    assertThat(client.out()).isEmpty();
    assertThat(ask("message:send", "3", send).get(0)).startsWith(error("3", ErrorCode.DRAINING));
    assertThat(world.unanswered).hasSize(2);
    world.unanswered.get(0).complete(new Receipt(message("general", 21, "hello"), false));
    assertThat(client.takeOut()).hasSize(1).allMatch(out -> out.contains("\"ack\""));
    world.unanswered.get(1).completeExceptionally(new IllegalStateException("away"));
    List<String> out = client.takeOut();
    assertThat(out.get(0)).startsWith(error("2", ErrorCode.INTERNAL));
    assertThat(out.subList(1, out.size()))
        .containsExactly(
            "{\"event\":\"server:drain\",\"data\":{\"retry\":\"NOW\"}}", "<close 4503>");
  }

  @Test
  void leavesEverythingWhenTheConnectionEnds() {
    join("general", "");
    client.isLost();
    assertThat(world.deeds).endsWith("closed");
    client.arrives(
        "{\"event\":\"message:send\",\"data\":{\"channelId\":\"general\",\"content\":\"x\"}}");
    world.subscriber("general").ended(world.subscription("general"), ErrorCode.FORBIDDEN);
    assertThat(world.unanswered).as("nothing is handled any more").isEmpty();
    assertThat(client.takeOut()).isEmpty();
  }

  @Test
  void startsNothingForAConnectionThatEndsWhileItJoins() {
    client.arrives("{\"event\":\"channel:join\",\"data\":{\"channelId\":\"general\"}}");
    client.isLost();
    world.workers.work();
    assertThat(world.started).doesNotContainKey(ChatWorld.key("general").name());
  }
}
