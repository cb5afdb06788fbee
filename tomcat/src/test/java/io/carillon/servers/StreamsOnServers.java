package io.carillon.servers;

import static io.carillon.servers.Site.events;
import static io.carillon.servers.Site.get;
import static io.carillon.servers.Site.messages;
import static io.carillon.servers.Site.post;
import static io.carillon.servers.Site.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.PollClient;
import io.carillon.check.client.Refused;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import io.carillon.stream.EventStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Event streams and long polls. */
abstract class StreamsOnServers extends OnServers {
  StreamsOnServers(Supplier<Site> place) {
    super(place);
  }

  // ---- a channel's stream

  @Test
  void opensAtOnceWithTheHeadersThatKeepEventsMoving() {
    EventStream stream = stream("alice", events(site().chat()));
    assertThat(stream.head().header("content-type")).isEqualTo("text/event-stream");
    assertThat(stream.head().header("cache-control")).isEqualTo("no-cache, no-store, no-transform");
    assertThat(stream.head().header("x-accel-buffering")).isEqualTo("no");
    assertThat(stream.head().header("content-length")).isEmpty();
    await().untilAsserted(() -> assertThat(stream.lastId()).endsWith("-0"));
    assertThat(stream.client().retryMillis()).isBetween(1_500L, 2_500L);
    assertThat(stream.events).isEmpty();
  }

  @Test
  void givesNewMessagesToOnmessageAndNamesTheRest() {
    String channel = site().chat();
    EventStream stream = stream("bob", events(channel));
    Map<String, Object> sent = site().say("alice", channel, "hello\r\nwörld");
    // A stream that catches up tells of a message as it is by then, so each change is awaited.
    await().until(() -> stream.events.size() == 1);
    String one = messages(channel) + '/' + sent.get("id");
    get(site().rest("alice").patch(one, Map.of("content", "x"))).orRefused();
    await().until(() -> stream.events.size() == 2);
    get(site().rest("alice").delete(one)).orRefused();
    await().until(() -> stream.events.size() == 3);
    assertThat(stream.types()).containsExactly("message", "message:updated", "message:deleted");
    assertThat(stream.data(0)).containsEntry("content", "hello\r\nwörld");
    assertThat(stream.events.get(0).lastId()).isEqualTo(sent.get("position"));
  }

  /** BC-025, BC-026: neither a buffer nor a compressor of the server holds events back. */
  @Test
  void bringsEachEventWhenItIsSentWhateverEncodingsTheClientTakes() {
    String channel = site().chat();
    EventStream stream = stream("bob", events(channel));
    assertThat(stream.head().header("content-encoding")).isEmpty();
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int expected = i + 1;
      site().say("alice", channel, "x".repeat(100));
      long answered = System.nanoTime();
      await().pollInterval(Duration.ofMillis(2)).until(() -> stream.events.size() == expected);
      millis.add(Duration.ofNanos(System.nanoTime() - answered).toMillis());
    }
    millis.sort(null);
    assertThat(millis.get(10)).as("median, ms: %s", millis).isLessThan(200);
    assertThat(millis.get(19)).as("longest, ms: %s", millis).isLessThan(2_000);
  }

  @Test
  void givesSignsOfLifeWhileNothingHappens() {
    EventStream stream = stream("alice", events(site().chat()));
    long first = stream.client().comments();
    await()
        .atMost(Site.HEARTBEAT.multipliedBy(4))
        .until(() -> stream.client().comments() >= first + 2);
    assertThat(stream.events).isEmpty();
  }

  @Test
  void resumesAtThePositionOfTheHeaderWithExactlyWhatWasMissed() {
    String channel = site().chat();
    String position = (String) site().say("alice", channel, "0").get("position");
    IntStream.range(1, 40).forEach(i -> site().say("alice", channel, "" + i));
    EventStream stream = stream("bob", events(channel), position);
    site().say("alice", channel, "40");
    await().until(() -> stream.events.size() >= 40);
    assertThat(stream.contents())
        .isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(i -> "" + i).toList());

    EventStream strange = stream("bob", events(channel), "x-1");
    await().until(() -> !strange.events.isEmpty());
    assertThat(strange.types()).containsExactly("reset");
  }

  @Test
  void catchesUpOnMoreThanTheQueueHolds() {
    String channel = site().chat();
    String position = (String) site().say("alice", channel, "first").get("position");
    String large = "x".repeat(60_000);
    IntStream.range(0, 12).forEach(i -> site().say("alice", channel, large + i));
    EventStream stream = stream("bob", events(channel), position);
    await().atMost(Duration.ofSeconds(20)).until(() -> stream.events.size() == 12);
    assertThat(stream.contents())
        .isEqualTo(IntStream.range(0, 12).mapToObj(i -> large + i).toList());
  }

  // ---- the other streams

  private static long typed(EventStream stream, String type) {
    return stream.events.stream()
        .filter(event -> type.equals(EventStream.data(event).get("type")))
        .count();
  }

  @Test
  void carriesInboxAnnouncementsAndChannelsOnOneStream() {
    String channel = site().chat();
    String user = Site.fresh("user");
    String path = "/api/events?channel=" + channel;
    EventStream stream = stream(user, path);
    EventStream named = stream(user, "/api/notifications/stream");
    Map<String, Object> notice =
        Map.of("userId", user, "type", "invoice", "title", "Due", "message", "Pay", "url", "/i");
    post(site().adminRest(), "/api/notifications", notice);
    site().say("alice", channel, "hello");
    post(site().adminRest(), "/api/announcements", Map.of("type", "news", "title", "All"));
    await()
        .until(
            () ->
                typed(stream, "notification") == 1
                    && typed(stream, "message:new") == 1
                    && typed(stream, "announcement") == 1);
    await().until(() -> named.types().containsAll(List.of("notification", "announcement")));
    assertThat(stream.types()).containsOnly("message");
    assertThat(named.types()).doesNotContain("message");
    assertThat(stream.lastId()).matches("[a-z0-9_.-]{1,200}");

    stream.client().cut();
    site().say("alice", channel, "missed");
    EventStream again = stream(user, path, stream.lastId());
    await().until(() -> typed(again, "message:new") == 1);
    assertThat(typed(again, "notification")).isZero();
  }

  @Test
  void carriesAListAsItsChanges() {
    String list = site().channel("alice", "LIST", "PUBLIC");
    String todos = "/api/lists/" + list + "/todos";
    EventStream stream = stream("bob", "/api/lists/" + list + "/events");
    String one = todos + '/' + post(site().rest("alice"), todos, Map.of("text", "milk")).get("id");
    await().until(() -> stream.events.size() == 1);
    get(site().rest("alice").patch(one, Map.of("completed", true))).orRefused();
    await().until(() -> stream.events.size() == 2);
    get(site().rest("alice").delete(one)).orRefused();
    await().until(() -> stream.events.size() == 3);
    assertThat(stream.events)
        .extracting(event -> EventStream.data(event).get("type"))
        .containsExactly("todo:created", "todo:updated", "todo:deleted");
  }

  // ---- refusals and ends

  @Test
  void refusesBeforeTheStreamBegins() {
    String channel = site().chat();
    String hidden = site().channel("alice", "CHAT", "PRIVATE");
    RestClient bob = site().rest("bob");
    RestClient nobody = new RestClient(site().wire(), site().nobody());
    assertThat(refusal(get(bob.get(events(hidden))))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(get(bob.get(events("no such channel"))))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(get(bob.get("/api/events?channel=" + hidden)))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(get(bob.get(events(channel) + "?limit=-1")))).isEqualTo("400 MALFORMED");
    assertThat(refusal(get(nobody.get("/api/events")))).isEqualTo("401 UNAUTHENTICATED");
    Answer head = get(bob.send("HEAD", events(channel), null, Duration.ofSeconds(10)));
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.head().header("content-type")).startsWith("text/event-stream");
  }

  @Test
  void endsTheStreamWhenTheTokenExpires() {
    Caller brief = site().caller("dave", "MEMBER", Duration.ofSeconds(2));
    EventStream stream = EventStream.open(site().wire(), brief, events(site().chat()), "");
    get(stream.closed);
    assertThat(stream.types()).containsExactly("error");
    assertThat(stream.data(0)).containsEntry("code", "TOKEN_EXPIRED");
  }

  /** BC-015: places of those who are gone are free again. */
  @Test
  void keepsToTheLimitOfAUsersConnections() {
    String channel = site().chat();
    String user = Site.fresh("many");
    List<EventStream> streams = new ArrayList<>();
    for (int i = 0; i < Site.MAX_CONNECTIONS_OF_A_USER; i++) {
      streams.add(stream(user, events(channel)));
    }
    Answer refused = get(site().rest(user).get(events(channel)));
    assertThat(refusal(refused)).isEqualTo("429 RATE_LIMITED");
    assertThat(refused.head().header("retry-after")).isNotEmpty();
    streams.subList(0, 3).forEach(stream -> stream.client().cut());
    await()
        .atMost(Site.HEARTBEAT.plus(Site.WRITE_DEADLINE).plusSeconds(5))
        .ignoreExceptionsInstanceOf(Refused.class)
        .until(() -> stream(user, events(channel)) != null);
  }

  // ---- long polls

  private PollClient poll(String user, String channel) {
    return new PollClient(new RestClient(site().wire(), site().member(user), 2), List.of(channel));
  }

  private static List<Object> contents(Map<String, Object> answer) {
    return JsonText.asList(answer.get("events")).stream()
        .map(event -> JsonText.asObject(JsonText.asObject(event).get("data")).get("content"))
        .toList();
  }

  @Test
  void answersAPollWhenSomethingHappensAndWithWhatWasMissed() {
    String channel = site().chat();
    PollClient bob = poll("bob", channel);
    String position = (String) get(bob.poll("", Duration.ZERO)).get("position");
    double before = site().connections("poll");
    CompletableFuture<Map<String, Object>> waiting = bob.poll(position, Duration.ofSeconds(25));
    await().until(() -> site().connections("poll") > before);
    long sent = System.nanoTime();
    site().say("alice", channel, "one");
    Map<String, Object> answer = get(waiting);
    assertThat(Site.secondsSince(sent)).isLessThan(2);
    assertThat(contents(answer)).containsExactly("one");
    assertThat(answer).containsEntry("resumed", true);
    site().say("alice", channel, "two");
    site().say("alice", channel, "three");
    Map<String, Object> missed =
        get(bob.poll((String) answer.get("position"), Duration.ofSeconds(25)));
    assertThat(contents(missed)).containsExactly("two", "three");
    // The same question has the same answer, as when the first was cut off.
    assertThat(contents(get(bob.poll(position, Duration.ofSeconds(25)))))
        .containsExactly("one", "two", "three");
  }

  @Test
  void answersAPollWithNothingWhenItsTimeIsOver() {
    String channel = site().chat();
    PollClient bob = poll("bob", channel);
    String position = (String) get(bob.poll("", Duration.ZERO)).get("position");
    long asked = System.nanoTime();
    Map<String, Object> answer = get(bob.poll(position, Duration.ofSeconds(1)));
    assertThat(Site.secondsSince(asked)).isBetween(0.9, 4.0);
    assertThat(contents(answer)).isEmpty();
    assertThat(answer).containsEntry("position", position);
  }
}
