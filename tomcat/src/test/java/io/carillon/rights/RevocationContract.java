package io.carillon.rights;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.ConnectionLost;
import io.carillon.check.client.Refused;
import io.carillon.check.client.SseClient;
import io.carillon.check.client.Tokens;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.Wire;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was granted and is taken back: the very next send is refused, and whoever may no longer read
 * hears nothing more within a second, in whatever way he listens. Prints the times.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class RevocationContract {
  /** From the answer to whoever took the right back. */
  private static final Duration MAX_DELAY = Duration.ofSeconds(1);

  private static final int MAX_WAIT_SECONDS = 20; // for what is not measured
  private static final String MEMBER = "revocation-member";
  private static final String WITNESS = "revocation-witness";
  private static final String MODERATOR = "revocation-moderator";
  private static final String LOCKED = "revocation-locked";

  @TempDir static Path folder;

  private final Tokens tokens = new Tokens(World.SECRET);
  private final AtomicLong lastName = new AtomicLong();
  private final List<Audience> audiences = new ArrayList<>();
  private final Wire wire = new Wire("revocation");
  private final String owner = tokens.of("demo", "revocation-owner", "MEMBER");
  private final String moderator = tokens.of("demo", MODERATOR, "MEMBER");
  private final String admin = tokens.of("demo", "revocation-admin", "ADMIN");
  final String member = tokens.of("demo", MEMBER, "MEMBER");
  private final String witness = tokens.of("demo", WITNESS, "MEMBER");
  Http there; // where things are changed
  Http here; // where people listen, and send what is to be refused
  private InetSocketAddress hereAt;

  /** What this is about, for people. */
  protected abstract String name();

  /** One server, or more: changes are made on the first, and must be heard on the last. */
  protected abstract List<InetSocketAddress> nodes();

  /** When all is over. */
  protected void stopNodes() {}

  /** Where the application is on these servers. */
  protected String contextPath() {
    return "";
  }

  @BeforeAll
  void start() {
    List<InetSocketAddress> nodes = nodes();
    there = new Http(nodes.get(0), contextPath());
    hereAt = nodes.get(nodes.size() - 1);
    here = new Http(hereAt, contextPath());
  }

  @AfterEach
  void leave() {
    audiences.forEach(Audience::leave);
    audiences.clear();
  }

  @AfterAll
  void stop() {
    wire.close();
    stopNodes();
  }

  // ---- what there is

  /** A new channel, with a member and a witness who stays. */
  private String channel(String kind, String visibility) {
    String name = "revocation/" + lastName.incrementAndGet();
    send(
        "POST",
        "/api/channels",
        owner,
        Map.of("channelId", name, "kind", kind, "visibility", visibility));
    add(name, WITNESS, "READER");
    add(name, MODERATOR, "MODERATOR");
    return name;
  }

  private void add(String channel, String user, String role) {
    send("POST", path(channel) + "/members", owner, Map.of("userId", user, "role", role));
  }

  private Reply send(String method, String path, String token, Map<String, Object> body) {
    return there.send(method, path, token, body).orFail(method + ' ' + path);
  }

  private static String path(String channel) {
    return "/api/channels/" + Http.encode(channel);
  }

  private Caller caller(String token) {
    return new Caller(hereAt, contextPath(), "", "", token);
  }

  /** Listens in every way, and has heard something in each; the poll waits. */
  private Audience listenAndPoll(String token, String channel) throws Exception {
    Audience audience = listen(token, channel);
    double before = openPolls();
    audience.poll().get(MAX_WAIT_SECONDS, SECONDS);
    await().until(() -> openPolls() > before);
    return audience;
  }

  /** Listens in every way but by poll, which the next message would answer. */
  private Audience listen(String token, String channel) throws Exception {
    Audience audience = new Audience(wire, caller(token), channel);
    audiences.add(audience);
    audience.ready().get(MAX_WAIT_SECONDS, SECONDS);
    String text = freshText("hello");
    send("POST", path(channel) + "/messages", owner, Map.of("content", text));
    await().until(() -> audience.hasHeardEverywhere(text));
    return audience;
  }

  private double openPolls() {
    return here.send("GET", "/metrics", null, null)
        .body()
        .lines()
        .filter(line -> line.startsWith("carillon_connections{"))
        .filter(line -> line.contains("transport=\"poll\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private String freshText(String about) {
    return about + " #" + lastName.incrementAndGet() + '.';
  }

  private String post(String token, String channel) {
    return here.send(
            "POST", path(channel) + "/messages", token, Map.of("content", freshText("again")))
        .verdict();
  }

  private static String askedFor(CompletableFuture<?> answer) throws Exception {
    try {
      answer.get(MAX_WAIT_SECONDS, SECONDS);
      return "ack";
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof Refused refused) {
        return refused.code();
      }
      if (e.getCause() instanceof ConnectionLost) {
        return "closed";
      }
      throw e;
    }
  }

  /** The ends of all ways in milliseconds after a moment; 0 for what came before it. */
  private void assertEnded(
      String what, Audience audience, long sinceNanos, String socket, String others)
      throws Exception {
    StringBuilder times = new StringBuilder();
    for (Map.Entry<String, CompletableFuture<Audience.End>> way : audience.ends().entrySet()) {
      Audience.End end = way.getValue().get(MAX_WAIT_SECONDS, SECONDS);
      Duration delay = Duration.ofNanos(Math.max(0, end.nanos() - sinceNanos));
      times.append(", %s %.1f ms".formatted(way.getKey(), delay.toNanos() / 1e6));
      switch (way.getKey()) {
        case Audience.SOCKET -> assertThat(end.how()).as("socket").isEqualTo(socket);
        // A poll may also be answered with the last that its caller is to hear: the removal.
        case Audience.POLL -> assertThat(end.how()).as("poll").isIn(others, "member:removed");
        default -> assertThat(end.how()).as(way.getKey()).isEqualTo(others);
      }
      assertThat(delay).as(way.getKey()).isLessThan(MAX_DELAY);
    }
    System.out.println("Revocation, " + name() + ", " + what + times);
  }

  /** The channel goes on, and those who stay hear what the others do not. */
  private void assertHearsNothing(Audience ended, Audience stays, String channel) throws Exception {
    String text = freshText("for those who stay");
    send("POST", path(channel) + "/messages", owner, Map.of("content", text));
    await().until(() -> stays.hasHeardEverywhere(text));
    askedFor(ended.ask("ping", Map.of())); // whatever was sent before has come
    assertThat(ended.hasHeard(text)).isFalse();
  }

  // ---- who may no longer read

  /** By whom. */
  enum Removal {
    OWNER,
    MODERATOR,
    ADMIN,
    PROGRAM,
    HIMSELF
  }

  private String token(Removal by) {
    return switch (by) {
      case OWNER -> owner;
      case MODERATOR -> moderator;
      case ADMIN -> admin;
      case HIMSELF -> member;
      case PROGRAM ->
          send("POST", "/api/keys", admin, Map.of("name", "removes")).json().get("key").toString();
    };
  }

  @ParameterizedTest
  @EnumSource
  void shutsARemovedMemberOut(Removal by) throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    add(channel, MEMBER, "WRITER");
    String token = token(by);
    Audience stays = listen(witness, channel);
    Audience removed = listenAndPoll(member, channel);
    String own =
        send("POST", path(channel) + "/messages", member, Map.of("content", "mine")).text("id");
    removed.ends().remove(Audience.POLL); // that has answered it
    removed.poll().get(MAX_WAIT_SECONDS, SECONDS);

    send("DELETE", path(channel) + "/members/" + MEMBER, token, null);
    long answeredNanos = System.nanoTime();
    assertThat(post(member, channel)).isEqualTo("403 FORBIDDEN");
    assertThat(askedFor(removed.ask("message:send", Map.of("content", "again"))))
        .isEqualTo("FORBIDDEN");
    assertThat(askedFor(removed.ask("message:edit", Map.of("id", own, "content", "again"))))
        .isEqualTo("FORBIDDEN");
    assertThat(askedFor(removed.ask("message:delete", Map.of("id", own)))).isEqualTo("FORBIDDEN");
    assertThat(askedFor(removed.ask("channel:history", Map.of()))).isEqualTo("FORBIDDEN");
    assertThat(askedFor(removed.ask("channel:join", Map.of()))).isEqualTo("FORBIDDEN");
    assertEnded("removed by " + by, removed, answeredNanos, "FORBIDDEN", "FORBIDDEN");
    assertHearsNothing(removed, stays, channel);
    for (String way :
        List.of(
            path(channel) + "/events",
            path(channel) + "/messages",
            "/api/events?channel=" + Http.encode(channel),
            "/api/poll?wait=0&channel=" + Http.encode(channel))) {
      assertThat(here.send("GET", way, member, null).verdict()).isEqualTo("403 FORBIDDEN");
    }
  }

  @Test
  void shutsNonMembersOutOfWhatBecomesPrivate() throws Exception {
    String channel = channel("CHAT", "PUBLIC");
    Audience stays = listen(witness, channel);
    Audience guest = listenAndPoll(member, channel);
    send("PATCH", path(channel), owner, Map.of("visibility", "PRIVATE"));
    long answeredNanos = System.nanoTime();
    assertThat(post(member, channel)).isEqualTo("403 FORBIDDEN");
    assertThat(askedFor(guest.ask("message:send", Map.of("content", "again"))))
        .isEqualTo("FORBIDDEN");
    assertEnded("made private", guest, answeredNanos, "FORBIDDEN", "FORBIDDEN");
    assertHearsNothing(guest, stays, channel);
  }

  @Test
  void shutsARemovedMemberOutOfAList() throws Exception {
    String list = channel("LIST", "PRIVATE");
    add(list, MEMBER, "WRITER");
    String todos = "/api/lists/" + Http.encode(list) + "/todos";
    CompletableFuture<Long> ended = new CompletableFuture<>();
    CompletableFuture<String> heard = new CompletableFuture<>();
    SseClient.open(
            wire,
            caller(member),
            "/api/lists/" + Http.encode(list) + "/events",
            "",
            new SseClient.Listener() {
              @Override
              public void event(SseReader.Event event) {
                heard.complete(event.data());
              }

              @Override
              public void closed(Throwable failure) {
                ended.complete(System.nanoTime());
              }
            })
        .ready()
        .get(MAX_WAIT_SECONDS, SECONDS);
    String id = send("POST", todos, member, Map.of("text", "milk")).text("id");
    assertThat(heard.get(MAX_WAIT_SECONDS, SECONDS)).contains("milk");

    send("DELETE", path(list) + "/members/" + MEMBER, owner, null);
    long answeredNanos = System.nanoTime();
    assertThat(here.send("POST", todos, member, Map.of("text", "bread")).verdict())
        .isEqualTo("403 FORBIDDEN");
    String todo = todos + '/' + id;
    assertThat(here.send("PATCH", todo, member, Map.of("completed", true)).verdict())
        .isEqualTo("403 FORBIDDEN");
    assertThat(here.send("DELETE", todo, member, null).verdict()).isEqualTo("403 FORBIDDEN");
    long delayNanos = Math.max(0, ended.get(MAX_WAIT_SECONDS, SECONDS) - answeredNanos);
    System.out.println(
        "Revocation, %s, removed from a list: stream %.1f ms".formatted(name(), delayNanos / 1e6));
    assertThat(Duration.ofNanos(delayNanos)).isLessThan(MAX_DELAY);
  }

  /** However the two cross: what is sent after the removal was answered is refused. */
  @Test
  void takesNothingThatIsSentAfterTheRemoval() throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    add(channel, MEMBER, "WRITER");
    List<Long> acceptedSinceNanos = new ArrayList<>();
    CompletableFuture<Void> some = new CompletableFuture<>();
    CompletableFuture<String> refusal =
        CompletableFuture.supplyAsync(
            () -> {
              long untilNanos = System.nanoTime() + SECONDS.toNanos(MAX_WAIT_SECONDS);
              String verdict = "201";
              while (verdict.equals("201") && System.nanoTime() < untilNanos) {
                long sinceNanos = System.nanoTime();
                verdict = post(member, channel);
                if (verdict.equals("201")) {
                  acceptedSinceNanos.add(sinceNanos);
                }
                if (acceptedSinceNanos.size() == 20 || !verdict.equals("201")) {
                  some.complete(null);
                }
              }
              return verdict;
            });
    some.get(MAX_WAIT_SECONDS, SECONDS);
    send("DELETE", path(channel) + "/members/" + MEMBER, owner, null);
    long answeredNanos = System.nanoTime();
    assertThat(refusal.get(2 * MAX_WAIT_SECONDS, SECONDS)).isEqualTo("403 FORBIDDEN");
    assertThat(acceptedSinceNanos)
        .hasSizeGreaterThanOrEqualTo(20)
        .allMatch(sinceNanos -> sinceNanos - answeredNanos < 0);
  }

  // ---- whose credentials are no longer valid

  @Test
  void endsWhatAKeyHasOpenedWhenItIsRevoked() throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    Reply key = send("POST", "/api/keys", admin, Map.of("name", "listens"));
    Audience stays = listen(witness, channel);
    Audience program = listenAndPoll(key.text("key"), channel);
    send("DELETE", "/api/keys/" + key.text("id"), admin, null);
    long answeredNanos = System.nanoTime();
    assertThat(post(key.text("key"), channel)).isEqualTo("401 UNAUTHENTICATED");
    assertThat(askedFor(program.ask("message:send", Map.of("content", "again"))))
        .isIn("closed", "UNAUTHENTICATED");
    assertEnded("key revoked", program, answeredNanos, "4401", "UNAUTHENTICATED");
    assertHearsNothing(program, stays, channel);
  }

  @Test
  void endsWhatALoginHasOpenedWhenItLogsOut() throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    add(channel, "carol", "WRITER");
    Audience stays = listen(login("carol"), channel); // the same user's other session
    String token = login("carol");
    Audience session = listenAndPoll(token, channel);
    send("POST", "/api/logout", token, Map.of());
    long answeredNanos = System.nanoTime();
    assertThat(post(token, channel)).isEqualTo("401 UNAUTHENTICATED");
    assertThat(askedFor(session.ask("message:send", Map.of("content", "again"))))
        .isIn("closed", "UNAUTHENTICATED");
    assertEnded("logged out", session, answeredNanos, "4401", "UNAUTHENTICATED");
    assertHearsNothing(session, stays, channel);
  }

  @Test
  void endsWhatAnAccountHasOpenedWhenItIsLocked() throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    add(channel, LOCKED, "WRITER");
    String token = tokens.of("demo", LOCKED, "MEMBER");
    Audience stays = listen(witness, channel);
    Audience locked = listenAndPoll(token, channel);
    send("PUT", "/api/users/" + LOCKED + "/lock", admin, null);
    long answeredNanos = System.nanoTime();
    assertThat(post(token, channel)).isEqualTo("401 UNAUTHENTICATED");
    assertThat(askedFor(locked.ask("message:send", Map.of("content", "again"))))
        .isIn("closed", "UNAUTHENTICATED");
    assertEnded("locked", locked, answeredNanos, "4401", "UNAUTHENTICATED");
    assertHearsNothing(locked, stays, channel);
    send("DELETE", "/api/users/" + LOCKED + "/lock", admin, null);
    assertThat(post(token, channel)).isEqualTo("201");
  }

  private String login(String user) {
    return send("POST", "/api/login", null, Map.of("userId", user, "password", user)).text("token");
  }

  // ---- who may still read

  /** What takes the right to publish, and the refusal. */
  enum Restriction {
    READER("FORBIDDEN"),
    MUTE("FORBIDDEN"),
    POLICY("FORBIDDEN"),
    ARCHIVE("ARCHIVED");

    private final String code;

    Restriction(String code) {
      this.code = code;
    }
  }

  private void restrict(Restriction restriction, String channel, boolean on) {
    String ofMember = path(channel) + "/members/" + MEMBER;
    switch (restriction) {
      case READER -> send("PATCH", ofMember, owner, Map.of("role", on ? "READER" : "WRITER"));
      case MUTE -> send("PATCH", ofMember, owner, on ? World.mute() : World.unmute());
      case POLICY ->
          send(
              "PATCH",
              path(channel),
              owner,
              Map.of("policy", Map.of("publish", on ? "MODERATORS" : "EVERYONE")));
      case ARCHIVE -> send("PATCH", path(channel), owner, Map.of("archived", on));
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesTheNextSendAndLetsListen(Restriction restriction) throws Exception {
    String channel = channel("CHAT", "PRIVATE");
    add(channel, MEMBER, "WRITER");
    Audience restricted = listenAndPoll(member, channel);
    String own =
        send("POST", path(channel) + "/messages", member, Map.of("content", "mine")).text("id");

    restrict(restriction, channel, true);
    assertThat(post(member, channel)).endsWith(" " + restriction.code);
    assertThat(askedFor(restricted.ask("message:send", Map.of("content", "again"))))
        .isEqualTo(restriction.code);
    assertThat(askedFor(restricted.ask("message:edit", Map.of("id", own, "content", "again"))))
        .isEqualTo(restriction.code);

    restrict(restriction, channel, false); // at once as well
    assertThat(post(member, channel)).isEqualTo("201");
    String text = freshText("still here");
    send("POST", path(channel) + "/messages", owner, Map.of("content", text));
    await().until(() -> restricted.hasHeardEverywhere(text));
    restricted.ends().remove(Audience.POLL); // that has its answer
    assertThat(restricted.ends().values()).noneMatch(CompletableFuture::isDone);
  }
}
