package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.Refused;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.WebSocketFrames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** WebSockets. */
abstract class SocketsOnServers extends OnServers {
  private static final int HASTY = 20;
  private static final int PATIENCE_MILLIS = 30_000;

  SocketsOnServers(Supplier<Site> place) {
    super(place);
  }

  // ---- the protocol

  @Test
  void bringsMessagesEditsAndRemovalsToEverybodyAndAcknowledgesThem() {
    String channel = site().chat();
    HeardSocket alice = socket("alice");
    HeardSocket bob = socket("bob");
    alice.join(channel);
    assertThat(bob.join(channel).data()).containsEntry("role", "WRITER");
    Map<String, Object> send =
        Map.of("channelId", channel, "content", "hello, wörld 🙂", "clientId", "c-1");
    Map<String, Object> acked = alice.ask("message:send", send).data();
    assertThat(alice.ask("message:send", send).data())
        .containsEntry("offset", acked.get("offset"))
        .containsEntry("duplicate", true);
    for (HeardSocket each : List.of(alice, bob)) {
      Frame event = each.heard("message:new");
      assertThat(event.id()).isEqualTo(acked.get("position"));
      assertThat(event.data()).containsEntry("content", "hello, wörld 🙂");
    }
    Map<String, Object> change = new HashMap<>();
    change.put("channelId", channel);
    change.put("id", acked.get("id"));
    change.put("content", "second");
    alice.ask("message:edit", change);
    assertThat(bob.heard("message:updated").data()).containsEntry("content", "second");
    assertThat(bob.refusal("message:delete", change)).isEqualTo("FORBIDDEN");
    change.remove("content");
    alice.ask("message:delete", change);
    assertThat(bob.heard("message:deleted").data()).containsEntry("deleted", true);
    assertThat(bob.frames("message:new")).hasSize(1);
  }

  @Test
  void tellsWhoComesAndWhoTypes() {
    String channel = site().chat();
    HeardSocket alice = socket("alice");
    alice.join(channel);
    String user = Site.fresh("typist");
    HeardSocket other = socket(user);
    other.join(channel);
    alice.heard("presence:online", frame -> user.equals(frame.data().get("userId")));
    other.ask("typing:start", Map.of("channelId", channel));
    assertThat(alice.heard("typing:update").data())
        .containsEntry("userId", user)
        .containsEntry("isTyping", true);
    other.client().cut();
    alice.heard("presence:offline", frame -> user.equals(frame.data().get("userId")));
  }

  /** In one packet: the bytes are there before the server has made anything of the socket. */
  @Test
  void answersWhatComesTogetherWithTheHandshake() throws IOException {
    String head =
        site().member("hasty").requestHead("GET", "/ws")
            + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: carillon.v1\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    packet.writeBytes(WebSocketFrames.text("{\"event\":\"ping\",\"ref\":\"1\"}"));
    for (int i = 0; i < HASTY; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(site().server().address());
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(packet.toByteArray());
        StringBuilder heard = new StringBuilder();
        while (heard.indexOf("\"pong\"") < 0) {
          int read = socket.getInputStream().read();
          assertThat(read).as("after \"%s\"", heard).isNotNegative();
          heard.append((char) read);
        }
      }
    }
  }

  @Test
  void resumesWhereAClientWasCut() {
    String channel = site().chat();
    String position = (String) site().say("alice", channel, "seen").get("position");
    IntStream.range(0, 120).forEach(i -> site().say("alice", channel, "missed " + i));
    HeardSocket bob = socket("bob");
    assertThat(bob.ask("channel:join", Map.of("channelId", channel, "since", position)).data())
        .containsEntry("resumed", true);
    site().say("alice", channel, "live");
    await().until(() -> bob.frames("message:new").size() >= 121);
    List<Object> expected =
        new ArrayList<>(IntStream.range(0, 120).mapToObj(i -> "missed " + i).toList());
    expected.add("live");
    assertThat(bob.contents()).isEqualTo(expected);
  }

  @Test
  void bringsNotificationsWithoutAJoin() {
    String user = Site.fresh("user");
    HeardSocket socket = socket(user);
    socket.ask("ping", Map.of()); // answered after the own channels are heard
    Site.post(
        site().adminRest(),
        "/api/notifications",
        Map.of("userId", user, "type", "invoice", "title", "Due"));
    assertThat(socket.heard("notification").data()).containsEntry("title", "Due");
  }

  // ---- upgrades that are refused

  private String refused(Caller caller, String more) {
    try {
      HeardSocket socket = opened(HeardSocket.open(site().wire(), caller, 0, more));
      socket.client().cut();
      return "101";
    } catch (Refused e) {
      String body = e.getMessage().substring(e.getMessage().indexOf('{'));
      String code = String.valueOf(JsonText.object(body).get("code"));
      return e.code() + ' ' + code;
    }
  }

  /** As statuses of HTTP, before anything is upgraded. */
  @Test
  void refusesUpgradesWithTheirStatus() {
    Caller alice = site().member("alice");
    assertThat(refused(site().nobody(), "")).isEqualTo("401 UNAUTHENTICATED");
    assertThat(refused(alice.showing("x.y.z"), "")).isEqualTo("401 UNAUTHENTICATED");
    assertThat(refused(site().caller("alice", "MEMBER", Duration.ofMinutes(-10)), ""))
        .isEqualTo("401 TOKEN_EXPIRED");
    assertThat(refused(alice, "Origin: http://evil.example\r\n")).isEqualTo("403 FORBIDDEN");
    assertThat(refused(alice, "")).isEqualTo("101");
  }

  @Test
  void refusesUpgradesBeyondTheLimitOfAUser() {
    Caller many = site().member(Site.fresh("many"));
    for (int i = 0; i < Site.MAX_CONNECTIONS_OF_A_USER; i++) {
      opened(HeardSocket.open(site().wire(), many, 0, ""));
    }
    assertThat(refused(many, "")).isEqualTo("429 RATE_LIMITED");
  }

  /** However many come at the same moment. And lets people in again when others have gone. */
  @Test
  void refusesUpgradesBeyondTheLimitOfTheNode() {
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections() == 0);
    // By and by: a server that is busy with handshakes alone would not hear answers to its pings.
    int atOnce = 50;
    List<HeardSocket> first = new ArrayList<>();
    while (first.size() < Site.MAX_CONNECTIONS - atOnce) {
      List<HeardSocket> some = begin(atOnce, first.size());
      assertThat(countRefused(some)).isZero();
      first.addAll(some);
    }
    assertThat(closeCodes(first)).isEmpty();
    assertThat(countRefused(begin(atOnce + 1, first.size()))).isEqualTo(1);
    assertThat(refused(site().member("late"), "")).isEqualTo("503 OVERLOADED");
    assertThat(closeCodes(first)).isEmpty();
    first.subList(0, 100).forEach(socket -> socket.client().leave());
    await().until(() -> refused(site().member("late"), "").equals("101"));
  }

  private static List<Integer> closeCodes(List<HeardSocket> sockets) {
    return sockets.stream().filter(HeardSocket::isClosed).map(HeardSocket::closeCode).toList();
  }

  private List<HeardSocket> begin(int count, int from) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> site().member("crowd" + i % (Site.MAX_CONNECTIONS / 20)))
        .map(caller -> opened(HeardSocket.begin(site().wire(), caller, 0, "")))
        .toList();
  }

  private static int countRefused(List<HeardSocket> sockets) {
    int refused = 0;
    for (HeardSocket socket : sockets) {
      try {
        Site.get(socket.client().ready());
      } catch (Refused | CompletionException e) {
        assertThat(e).hasMessageContaining("503");
        refused++;
      }
    }
    return refused;
  }

  // ---- compression

  /**
   * BC-046 to BC-049: nothing is compressed, so nothing can be kept, torn or mixed by that. The
   * client takes no bit, length or frame that is not as the standard has it without extensions.
   */
  @Test
  void takesNoOfferToCompressAndSendsEachTextWhole() {
    String channel = site().chat();
    String offers =
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits,"
            + " permessage-deflate\r\n";
    HeardSocket reader = opened(HeardSocket.open(site().wire(), site().member("bob"), 0, offers));
    reader.join(channel);
    int messages = 200;
    List<Thread> writers = new ArrayList<>();
    for (int w = 0; w < 4; w++) {
      int writer = w;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < messages / 4; i++) {
                  String tag = writer + ":" + i;
                  String body = "abcd".repeat(10 + (i * 97) % 1_200);
                  site().say("writer" + writer, channel, tag + ' ' + body + ' ' + tag);
                }
              });
      writers.add(thread);
      thread.start();
    }
    writers.forEach(SocketsOnServers::join);
    await().until(() -> reader.frames("message:new").size() == messages || reader.isClosed());
    assertThat(reader.failure()).isNull();
    for (Object content : reader.contents()) {
      String text = (String) content;
      String tag = text.substring(0, text.indexOf(' '));
      assertThat(text).endsWith(' ' + tag);
      assertThat(text.substring(tag.length() + 1, text.length() - tag.length() - 1))
          .matches("(abcd)+");
    }
    assertThat(reader.contents()).hasSize(messages).doesNotHaveDuplicates();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  // ---- ends

  @Test
  void closesWithTheCodeForWhatWasWrong() {
    HeardSocket nonsense = socket("alice");
    for (int i = 0; i < 11; i++) {
      nonsense.client().sendRaw(WebSocketFrames.text("nonsense"));
    }
    assertThat(nonsense.closeCode()).isEqualTo(4400);

    HeardSocket binary = socket("alice");
    binary.client().sendRaw(WebSocketFrames.binary(new byte[] {1, 2, 3}));
    assertThat(binary.closeCode()).isEqualTo(1003);

    HeardSocket large = socket("alice");
    large.client().sendRaw(WebSocketFrames.text("x".repeat(4 * 65_536 + 1)));
    assertThat(large.closeCode()).isEqualTo(1009);

    HeardSocket polite = socket("alice");
    polite.client().leave();
    assertThat(polite.closeCode()).isEqualTo(1000);
  }

  @Test
  void answersAMessageOverTheLimitAndGoesOn() {
    HeardSocket socket = socket("alice");
    String channel = site().chat();
    assertThat(
            socket.refusal(
                "message:send", Map.of("channelId", channel, "content", "x".repeat(65_536))))
        .isEqualTo("TOO_LARGE");
    assertThat(socket.ask("ping", Map.of()).event()).isEqualTo("pong");
  }

  @Test
  void closesWhenTheTokenExpiresUnlessItIsRenewed() {
    Caller brief = site().caller("bob", "MEMBER", Duration.ofSeconds(3));
    HeardSocket expires = opened(HeardSocket.open(site().wire(), brief, 0, ""));
    HeardSocket renews = opened(HeardSocket.open(site().wire(), brief, 0, ""));
    renews.ask("auth:renew", Map.of("token", site().member("bob").token()));
    assertThat(renews.refusal("auth:renew", Map.of("token", site().member("alice").token())))
        .isEqualTo("FORBIDDEN");
    assertThat(expires.closeCode()).isEqualTo(4401);
    assertThat(renews.ask("ping", Map.of()).event()).isEqualTo("pong");
  }

  /** What is under way when the account is shut ends with the code for that. */
  @Test
  void closesWhenTheAccountIsLocked() {
    String user = Site.fresh("locked");
    HeardSocket socket = socket(user);
    String lock = "/api/users/" + user + "/lock";
    Site.get(site().adminRest().send("PUT", lock, null, Duration.ofSeconds(10))).orRefused();
    assertThat(socket.closeCode()).isEqualTo(4401);
    Site.get(site().adminRest().delete(lock)).orRefused();
  }

  /** BC-032: by our own pings, whose answers fail to come. */
  @Test
  void noticesAClientThatHasFallenSilent() {
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections("websocket") == 0);
    HeardSocket socket = socket("alice");
    socket.client().fallSilent();
    await().until(() -> site().connections("websocket") == 1); // counted just after its handshake
    await()
        .atMost(Site.HEARTBEAT.multipliedBy(4).plusSeconds(5))
        .until(() -> site().connections("websocket") == 0);
  }

  /** BC-036: the handshake may succeed and what follows it be forgotten. */
  @Test
  void answersEachOfManyThatComeAndGo() {
    double slowest = 0;
    for (int round = 0; round < 15; round++) {
      List<HeardSocket> some = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        some.add(opened(HeardSocket.begin(site().wire(), site().member("guest" + i), 0, "")));
      }
      long began = System.nanoTime();
      for (HeardSocket socket : some) {
        Site.get(socket.client().ready());
        assertThat(socket.ask("ping", Map.of()).event()).isEqualTo("pong");
      }
      slowest = Math.max(slowest, Site.secondsSince(began));
      for (int i = 0; i < some.size(); i++) {
        if (i % 2 == 0) {
          some.get(i).client().leave();
        } else {
          some.get(i).client().cut();
        }
      }
    }
    assertThat(slowest).isLessThan(5);
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections("websocket") == 0);
  }
}
