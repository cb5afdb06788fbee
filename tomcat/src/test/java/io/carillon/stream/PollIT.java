package io.carillon.stream;

import static io.carillon.stream.StreamNode.await;
import static io.carillon.stream.StreamNode.post;
import static io.carillon.stream.StreamNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Answer;
import io.carillon.check.client.Caller;
import io.carillon.check.client.ConnectionLost;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What long polls promise. */
class PollIT {
  private static final int RACES = 1_000;

  private static StreamNode node;

  @BeforeAll
  static void start(@TempDir Path folder) {
    node = new StreamNode(folder, Map.of());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void nothingStrangeHappened() {
    assertThat(node.wire.failure()).isNull();
    assertThat(node.violations()).isEmpty();
  }

  private static String freshChannel(String kind) {
    String name = "poll-" + UUID.randomUUID();
    node.channel(name, kind);
    return name;
  }

  private static CompletableFuture<Answer> ask(String user, String query) {
    return node.rest(user).get("/api/poll?" + query);
  }

  private static Map<String, Object> poll(String user, String query) {
    return await(ask(user, query)).orRefused().json();
  }

  private static String here(String user, String channel) {
    return (String) poll(user, "channel=" + channel).get("position");
  }

  private static List<Map<String, Object>> events(Map<String, Object> answer) {
    return JsonText.asList(answer.get("events")).stream().map(JsonText::asObject).toList();
  }

  private static List<Object> contents(Map<String, Object> answer) {
    return events(answer).stream()
        .map(event -> JsonText.asObject(event.get("data")).get("content"))
        .toList();
  }

  // ---- what it says

  @Test
  void tellsAtOnceWhereTheClientIsWhenItDoesNotSay() {
    String channel = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "before").get("position");

    Answer answer = await(ask("bob", "channel=" + channel));

    assertThat(answer.json())
        .containsEntry("position", position)
        .containsEntry("resumed", false)
        .doesNotContainKey("reason");
    assertThat(events(answer.json())).isEmpty();
    assertThat(answer.head().header("cache-control")).isEqualTo("no-store");
    assertThat(answer.head().header("content-type")).startsWith("application/json");
  }

  @Test
  void answersAtOnceWithWhatIsThere() {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    Map<String, Object> sent = node.say("alice", channel, "hello");

    Answer answer = await(ask("bob", "wait=25&channel=" + channel + "&since=" + since));

    assertThat(answer.head().header("cache-control")).isEqualTo("no-store");
    assertThat(answer.json())
        .containsEntry("resumed", true)
        .containsEntry("position", sent.get("position"));
    assertThat(events(answer.json())).hasSize(1);
    assertThat(events(answer.json()).get(0))
        .containsEntry("event", "message:new")
        .containsEntry("id", sent.get("position"));
  }

  @Test
  void waitsForSomethingToHappen() {
    String channel = freshChannel("CHAT");
    CompletableFuture<Answer> waiting =
        ask("bob", "wait=25&channel=" + channel + "&since=" + here("bob", channel));
    await().untilAsserted(() -> assertThat(node.open("poll")).isPositive());
    assertThat(waiting).isNotDone();

    node.say("alice", channel, "hello");

    assertThat(contents(await(waiting).json())).containsExactly("hello");
  }

  @Test
  void answersEmptyWhenTheTimeIsOver() {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    long started = System.nanoTime();

    Map<String, Object> answer = poll("bob", "wait=1&channel=" + channel + "&since=" + since);

    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
    assertThat(answer).containsEntry("position", since).containsEntry("resumed", true);
    assertThat(events(answer)).isEmpty();
  }

  @Test
  void catchesUpWithoutWaiting() {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    assertThat(events(poll("bob", "wait=0&channel=" + channel + "&since=" + since))).isEmpty();
    IntStream.range(0, 300).forEach(i -> node.say("alice", channel, "" + i));

    Map<String, Object> answer = poll("bob", "wait=0&channel=" + channel + "&since=" + since);

    assertThat(contents(answer)).isEqualTo(IntStream.range(0, 300).mapToObj(i -> "" + i).toList());
  }

  @Test
  void givesALongCatchUpInPartsOfBoundedSize() {
    String channel = freshChannel("CHAT");
    String position = here("bob", channel);
    String large = "x".repeat(50_000);
    IntStream.range(0, 20).forEach(i -> node.say("alice", channel, large + i));

    List<Object> got = new ArrayList<>();
    int polls = 0;
    while (got.size() < 20) {
      Answer answer =
          await(ask("bob", "wait=0&channel=" + channel + "&since=" + position)).orRefused();
      assertThat(answer.body().length).isLessThan(256 * 1024 + 1_024);
      assertThat(contents(answer.json())).isNotEmpty();
      got.addAll(contents(answer.json()));
      position = (String) answer.json().get("position");
      polls++;
    }
    assertThat(got).isEqualTo(IntStream.range(0, 20).mapToObj(i -> large + i).toList());
    assertThat(polls).isBetween(4, 12);
  }

  @Test
  void repeatsTheAnswerToTheSamePosition() {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    String query = "wait=25&channel=" + channel + "&since=" + since;
    CompletableFuture<Answer> first = ask("bob", query);
    CompletableFuture<Answer> second = ask("bob", query);
    await().untilAsserted(() -> assertThat(node.open("poll")).isEqualTo(2));

    node.say("alice", channel, "hello");

    for (CompletableFuture<Answer> answer : List.of(first, second, ask("bob", query))) {
      assertThat(contents(await(answer).json())).containsExactly("hello");
    }
  }

  @Test
  void joinsABurst() {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    CompletableFuture<Answer> waiting =
        ask("bob", "wait=25&channel=" + channel + "&since=" + since);
    await().untilAsserted(() -> assertThat(node.open("poll")).isPositive());
    RestClient alice = node.rest("burst");
    List<CompletableFuture<Answer>> sent =
        IntStream.range(0, 100)
            .mapToObj(i -> alice.post(StreamNode.messages(channel), Map.of("content", "" + i)))
            .toList();

    Map<String, Object> first = await(waiting).json();
    sent.forEach(answer -> await(answer).orRefused());
    List<Object> got = new ArrayList<>(contents(first));
    assertThat(got).isNotEmpty();
    got.addAll(
        contents(poll("bob", "wait=0&channel=" + channel + "&since=" + first.get("position"))));

    assertThat(got)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 100).mapToObj(i -> "" + i).toList());
  }

  @Test
  void coversSeveralChannelsWithOnePosition() {
    String one = freshChannel("CHAT");
    String two = freshChannel("LIST");
    String channels = "channel=" + one + "&channel=" + two + "&channel=" + one;
    String position = (String) poll("bob", channels).get("position");
    assertThat(position).contains("_").contains(".");
    node.say("alice", one, "hello");
    post(node.rest("alice"), "/api/lists/" + two + "/todos", Map.of("text", "milk"));

    Map<String, Object> answer = poll("bob", "wait=0&since=" + position + "&" + channels);

    assertThat(events(answer)).hasSize(2);
    assertThat(events(poll("bob", "wait=0&since=" + answer.get("position") + "&" + channels)))
        .isEmpty();
    // A single channel's poll takes the position of several.
    assertThat(events(poll("bob", "wait=0&since=" + position + "&channel=" + one))).hasSize(1);
  }

  @Test
  void coversInboxAndAnnouncementsWhereNoChannelIsNamed() {
    String user = "user-" + UUID.randomUUID();
    String position = (String) poll(user, "").get("position");
    CompletableFuture<Answer> waiting = ask(user, "since=" + position);

    post(
        node.admin(),
        "/api/notifications",
        Map.of("userId", user, "type", "t", "title", "T", "message", "M", "url", ""));

    List<Object> heard = new ArrayList<>();
    Map<String, Object> answer = await(waiting).json();
    events(answer).forEach(event -> heard.add(event.get("event")));
    for (int i = 0; i < 10 && !heard.contains("notification"); i++) { // presence may be there first
      answer = poll(user, "since=" + answer.get("position"));
      events(answer).forEach(event -> heard.add(event.get("event")));
    }
    assertThat(heard).contains("notification");
  }

  @Test
  void hearsAChannelWithoutALogWhileItWaits() {
    String channel = freshChannel("EPHEMERAL");
    CompletableFuture<Answer> waiting = ask("bob", "wait=25&channel=" + channel);
    await().untilAsserted(() -> assertThat(node.open("poll")).isPositive());
    await()
        .untilAsserted(
            () -> {
              node.say("alice", channel, "ping");
              assertThat(waiting).isDone();
            });

    assertThat(contents(waiting.join().json())).contains("ping");
    assertThat(waiting.join().json()).containsEntry("position", null);
  }

  // ---- resets and refusals

  @Test
  void saysWhyItCannotResume() {
    String channel = freshChannel("CHAT");
    String other = freshChannel("CHAT");
    String position = (String) node.say("alice", channel, "1").get("position");
    String epoch = position.substring(0, position.indexOf('-'));
    IntStream.range(0, 4).forEach(i -> node.say("alice", channel, "more"));

    for (String strange :
        List.of("x", "0", epoch + "-1000", "-1", "%0D%0A", "%00", "x".repeat(2_000), "a.b")) {
      Map<String, Object> answer = poll("bob", "wait=25&channel=" + channel + "&since=" + strange);
      assertThat(answer)
          .as(strange)
          .containsEntry("resumed", false)
          .containsEntry("reason", "unknown");
      assertThat(answer.get("position")).isEqualTo(epoch + "-5");
    }
    assertThat(poll("bob", "limit=3&channel=" + channel + "&since=" + position))
        .containsEntry("reason", "too-far");
    assertThat(events(poll("bob", "limit=0&channel=" + channel + "&since=" + position))).hasSize(4);
    Map<String, Object> mixed =
        poll("bob", "channel=" + channel + "&channel=" + other + "&since=" + position);
    assertThat(mixed).containsEntry("resumed", false);
    assertThat(JsonText.asList(mixed.get("resets"))).hasSize(2);
  }

  @Test
  void refusesWhatItDoesNotUnderstandOrAllow() {
    String channel = freshChannel("CHAT");
    String hidden = "hidden-" + UUID.randomUUID();
    node.channel("owner", hidden, "CHAT", "PRIVATE");
    String since = here("bob", channel);
    String many = String.join("", IntStream.range(0, 51).mapToObj(i -> "&channel=c" + i).toList());

    assertThat(refusal(await(ask("bob", "channel=" + hidden)))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(await(ask("bob", "channel=none")))).isEqualTo("403 FORBIDDEN");
    assertThat(refusal(await(ask("bob", "channel=")))).isEqualTo("400 MALFORMED");
    assertThat(refusal(await(ask("bob", many)))).isEqualTo("400 MALFORMED");
    for (String wait : List.of("-1", "x", "1.5", "99999999999999999999")) {
      assertThat(
              refusal(
                  await(ask("bob", "channel=" + channel + "&since=" + since + "&wait=" + wait))))
          .as(wait)
          .isEqualTo("400 MALFORMED");
    }
  }

  @Test
  void endsThePollOfSomebodyWhoIsRemoved() {
    String hidden = "hidden-" + UUID.randomUUID();
    node.channel("owner", hidden, "CHAT", "PRIVATE");
    post(
        node.rest("owner"),
        "/api/channels/" + hidden + "/members",
        Map.of("userId", "carol", "role", "READER"));
    CompletableFuture<Answer> waiting =
        ask("carol", "wait=25&channel=" + hidden + "&since=" + here("carol", hidden));
    await().untilAsserted(() -> assertThat(node.open("poll")).isPositive());

    await(node.rest("owner").delete("/api/channels/" + hidden + "/members/carol")).orRefused();

    // A signal of the removal itself may answer it; the next one is refused then.
    Answer answer = await(waiting);
    if (answer.status() == 200) {
      answer = await(ask("carol", "channel=" + hidden));
    }
    assertThat(refusal(answer)).isEqualTo("403 FORBIDDEN");
  }

  @Test
  void endsThePollWhenTheTokenExpires() {
    String channel = freshChannel("CHAT");
    Caller brief = node.caller("dave", "MEMBER", Duration.ofSeconds(3));
    RestClient dave = new RestClient(node.wire, brief);
    String since = here("bob", channel);

    Answer answer = await(dave.get("/api/poll?wait=25&channel=" + channel + "&since=" + since));

    assertThat(refusal(answer)).isEqualTo("401 TOKEN_EXPIRED");
  }

  // ---- races and clients that go away

  @Test
  void losesNothingThatIsSentWhileAPollArrives() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    RestClient alice = node.rest("alice");
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < RACES; i++) {
      String text = "race " + i;
      CompletableFuture<Answer> sent = new CompletableFuture<>();
      CompletableFuture<Answer> polled = new CompletableFuture<>();
      Runnable send =
          () -> forward(alice.post(StreamNode.messages(channel), Map.of("content", text)), sent);
      String query = "wait=25&channel=" + channel + "&since=" + since;
      Runnable poll = () -> forward(ask("bob", query), polled);
      int offsetMicros = random.nextInt(-5_000, 5_001);
      long started = System.nanoTime();
      (offsetMicros < 0 ? send : poll).run();
      node.wire.after(
          Duration.ofNanos(Math.abs(offsetMicros) * 1_000L), offsetMicros < 0 ? poll : send);

      Map<String, Object> answer = await(polled).orRefused().json();

      millis.add((System.nanoTime() - started) / 1_000_000);
      assertThat(contents(answer)).as("seed %d, race %d", seed, i).containsExactly(text);
      await(sent).orRefused();
      since = (String) answer.get("position");
    }
    millis.sort(null);
    // None waited for the poll's end, which is what a lost message would have looked like.
    assertThat(millis.get(RACES - 1)).as("seed %d", seed).isLessThan(10_000);
  }

  private static void forward(CompletableFuture<Answer> from, CompletableFuture<Answer> to) {
    from.whenComplete(
        (answer, failure) -> {
          if (failure == null) {
            to.complete(answer);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  @Test
  void losesNothingWhenAnAnswerIsCutOff() {
    String channel = freshChannel("CHAT");
    String since = here("eve", channel);
    RestClient eve = node.rest("eve");
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Answer> waiting =
          ask("eve", "wait=25&channel=" + channel + "&since=" + since);
      node.say("alice", channel, "" + i);
      eve.cut();
      try {
        waiting.join();
      } catch (java.util.concurrent.CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(ConnectionLost.class);
      }
    }

    assertThat(contents(poll("eve", "wait=0&channel=" + channel + "&since=" + since)))
        .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "" + i).toList());
  }

  /** Before its first byte, within its head, within its body, and before its last byte. */
  @Test
  void repeatsAtOnceWhatWasCutOffWhereverItWas() throws IOException {
    String channel = freshChannel("CHAT");
    String since = here("bob", channel);
    for (int i = 0; i < 5; i++) {
      node.say("alice", channel, i + "x".repeat(20_000));
    }
    String query = "wait=25&channel=" + channel + "&since=" + since;
    Map<String, Object> whole = poll("bob", query);
    assertThat(contents(whole)).hasSize(5);
    int all = readAndBreakOff(query, Integer.MAX_VALUE);
    assertThat(all).isGreaterThan(100_000);
    for (int bytes : new int[] {0, 1, 17, 200, 1_000, 20_000, all / 2, all - 1}) {
      assertThat(readAndBreakOff(query, bytes)).isEqualTo(bytes);
      long asked = System.nanoTime();
      assertThat(poll("bob", query)).as("after %d bytes", bytes).isEqualTo(whole);
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
    }
  }

  /**
   * Reads so much of the answer to a poll, then breaks off with a RST.
   *
   * @return how much there was
   */
  private static int readAndBreakOff(String query, int bytes) throws IOException {
    String request =
        "GET /api/poll?"
            + query
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
            + node.caller("bob").token()
            + "\r\n\r\n";
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4_096);
      socket.setSoTimeout(10_000);
      socket.connect(node.address());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      int read = socket.getInputStream().readNBytes(bytes).length;
      socket.setSoLinger(true, 0);
      return read;
    }
  }

  @Test
  void forgetsPollsWhoseClientsHaveGone() {
    String channel = freshChannel("CHAT");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(node.open("poll")).isZero());
    String since = here("bob", channel);
    RestClient gone = new RestClient(node.wire, node.caller("gone"), 50);
    for (int i = 0; i < 50; i++) {
      gone.get("/api/poll?wait=3&channel=" + channel + "&since=" + since);
    }
    await().untilAsserted(() -> assertThat(node.open("poll")).isEqualTo(50));

    gone.cut();

    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              assertThat(node.open("poll")).isZero();
              assertThat(node.metric("carillon_subscriptions", "")).isZero();
            });
  }
}
