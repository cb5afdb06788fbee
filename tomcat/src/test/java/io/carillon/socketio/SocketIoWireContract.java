package io.carillon.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.check.TestNode;
import io.carillon.check.client.Caller;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Engine.IO 4 and Socket.IO 5 on the wire, packet for packet. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SocketIoWireContract {
  private static final String SEPARATOR = "\u001e";
  private static final String SOCKET = "EIO=4&transport=websocket";

  private TestNode node;
  private EngineClient client;

  /** How this node carries WebSockets. */
  abstract Map<String, String> settings();

  @BeforeAll
  void start(@TempDir Path folder) {
    node = TestNode.onH2(folder, settings());
    client = new EngineClient(node.address().getPort(), "/socket.io/");
  }

  @AfterAll
  void stop() {
    node.close();
  }

  private String connect(String user) {
    Caller caller = node.member("demo", user);
    return "40{\"token\":\"" + caller.token() + "\"}";
  }

  private EngineClient.Socket connected(String user) {
    EngineClient.Socket socket = client.socket(SOCKET);
    assertThat(socket.next()).startsWith("0{");
    socket.send(connect(user));
    assertThat(socket.next()).startsWith("40{\"sid\":");
    return socket;
  }

  private static void assertError(HttpResponse<String> answer, int code) {
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).startsWith("{\"code\":" + code + ",\"message\":");
    assertThat(answer.headers().firstValue("Content-Type")).get().asString().contains("json");
  }

  // ---- the handshake

  @Test
  void opensByPolling() {
    HttpResponse<String> answer = client.handshake();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.body())
        .matches(
            "0\\{\"sid\":\"[\\w-]{20}\",\"upgrades\":\\[\"websocket\"],\"pingInterval\":25000,"
                + "\"pingTimeout\":20000,\"maxPayload\":1000000}");
  }

  @Test
  void opensOnASocket() {
    EngineClient.Socket socket = client.socket(SOCKET);
    assertThat(socket.next()).startsWith("0{").contains("\"upgrades\":[]");
    socket.cut();
  }

  @Test
  void refusesWhatIsNoHandshake() {
    assertError(client.request("GET", "transport=polling", ""), 5);
    assertError(client.request("GET", "EIO=3&transport=polling", ""), 5);
    assertError(client.request("GET", "EIO=4", ""), 0);
    assertError(client.request("GET", "EIO=4&transport=abc", ""), 0);
    assertError(client.request("POST", "EIO=4&transport=polling", "x"), 2);
    assertError(client.request("PUT", "EIO=4&transport=polling", "x"), 2);
    assertError(client.request("GET", "EIO=4&transport=websocket", ""), 3);
    assertError(client.request("GET", EngineClient.of("nobodys"), ""), 1);
    assertThatThrownBy(() -> client.socket(SOCKET + "&sid=nobodys")).isNotNull();
    assertThatThrownBy(() -> client.socket("EIO=4&transport=abc")).isNotNull();
  }

  @Test
  void refusesAForeignOrigin() {
    HttpResponse<String> answer =
        client.request("GET", "EIO=4&transport=polling", "", "Origin", "http://evil.example");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).isEqualTo("{\"code\":4,\"message\":\"Forbidden\"}");
  }

  // ---- polling

  @Test
  void endsASessionThatPollsTwiceAtOnce() {
    String sid = client.open();
    CompletableFuture<HttpResponse<String>> first = client.poll(sid);
    CompletableFuture<HttpResponse<String>> second = client.poll(sid);
    assertThat(first.join().statusCode() + second.join().statusCode()).isEqualTo(600);
    HttpResponse<String> good = first.join().statusCode() == 200 ? first.join() : second.join();
    assertThat(good.body()).isEqualTo("1");
    assertError(client.poll(sid).join(), 1);
  }

  @Test
  void endsASessionWithAPacketThatIsNone() {
    String sid = client.open();
    assertThat(client.post(sid, "abc").statusCode()).isEqualTo(400);
    assertError(client.poll(sid).join(), 1);
  }

  @Test
  void takesSeveralPacketsAtOnce() {
    String sid = client.open();
    HttpResponse<String> answer = client.post(sid, connect("alice") + SEPARATOR + "421[\"ping\"]");
    assertThat(answer.body()).isEqualTo("ok");
    String got = client.poll(sid).join().body();
    if (!got.contains("431")) {
      got += client.poll(sid).join().body();
    }
    assertThat(got).startsWith("40{\"sid\"").contains("431[{\"ok\":true}]");
  }

  @Test
  void refusesARequestOverTheLimit() {
    String sid = client.open();
    assertThat(client.post(sid, "4" + "x".repeat(1_000_001)).statusCode()).isEqualTo(413);
  }

  @Test
  void letsAClientLeave() {
    String answer = "";
    while (!answer.equals("6")) { // unless the farewell was there before the poll
      String sid = client.open();
      CompletableFuture<HttpResponse<String>> waiting = client.poll(sid);
      assertThat(client.post(sid, "1").body()).isEqualTo("ok");
      answer = waiting.join().body();
      assertError(client.poll(sid).join(), 1);
    }
  }

  // ---- the change of transport

  @Test
  void changesFromPollingToASocketWithoutALoss() {
    String sid = client.open();
    client.post(sid, connect("alice"));
    assertThat(client.poll(sid).join().body()).startsWith("40{");
    CompletableFuture<HttpResponse<String>> waiting = client.poll(sid);
    EngineClient.Socket socket = client.socket(SOCKET + "&sid=" + sid);
    socket.send("2probe");
    assertThat(socket.next()).isEqualTo("3probe");
    assertThat(waiting.join().body()).isEqualTo("6");
    client.post(sid, "421[\"ping\"]");
    socket.send("5");
    assertThat(socket.next()).isEqualTo("431[{\"ok\":true}]");
    assertError(client.poll(sid).join(), 3);
    EngineClient.Socket second = client.socket(SOCKET + "&sid=" + sid);
    second.awaitClose();
    socket.send("422[\"ping\"]");
    assertThat(socket.next()).isEqualTo("432[{\"ok\":true}]");
    socket.cut();
  }

  @Test
  void releasesEveryPollWhileTheChangeIsUnderWay() {
    String sid = client.open();
    EngineClient.Socket socket = client.socket(SOCKET + "&sid=" + sid);
    socket.send("2probe");
    assertThat(socket.next()).isEqualTo("3probe");
    for (int i = 0; i < 3; i++) {
      assertThat(client.poll(sid).join().body()).isEqualTo("6");
    }
    socket.send("5").send(connect("alice"));
    assertThat(socket.next()).startsWith("40{");
    socket.cut();
  }

  @Test
  void closesASocketThatProbesWithSomethingElse() {
    String sid = client.open();
    EngineClient.Socket socket = client.socket(SOCKET + "&sid=" + sid);
    socket.send("4hello");
    socket.awaitClose();
    assertThat(client.post(sid, connect("alice")).body()).isEqualTo("ok");
    assertThat(client.poll(sid).join().body()).startsWith("40{");
  }

  // ---- Socket.IO

  @Test
  void refusesWhoDoesNotSayWhoItIs() {
    EngineClient.Socket socket = client.socket(SOCKET);
    socket.send("40");
    assertThat(socket.next("44"))
        .startsWith("44{\"message\":\"UNAUTHENTICATED\",\"data\":{\"code\":\"UNAUTHENTICATED\"");
    socket.send("40/chat,{\"token\":\"nonsense\"}");
    assertThat(socket.next("44")).startsWith("44/chat,{\"message\":\"UNAUTHENTICATED\"");
    socket.send("40/random,");
    assertThat(socket.next("44")).isEqualTo("44/random,{\"message\":\"Invalid namespace\"}");
    socket.cut();
  }

  @Test
  void hasSeveralNamespacesOnOneSocket() {
    EngineClient.Socket socket = connected("alice");
    socket.send("40/chat," + connect("alice").substring(2));
    assertThat(socket.next("40")).startsWith("40/chat,{\"sid\":");
    socket.send("42/chat,7[\"ping\"]");
    assertThat(socket.next("43")).isEqualTo("43/chat,7[{\"ok\":true}]");
    socket.send("427[\"ping\"]");
    assertThat(socket.next("43")).isEqualTo("437[{\"ok\":true}]");
    socket.send("41/chat,").send("428[\"ping\"]");
    assertThat(socket.next("43")).isEqualTo("438[{\"ok\":true}]");
    socket.send("42/chat,9[\"ping\"]"); // no more a member of it
    socket.awaitClose();
  }

  @Test
  void endsAConnectionThatBreaksTheProtocol() {
    for (String packet :
        new String[] {
          "2",
          "4abc",
          "40",
          "42{}",
          "42[",
          "42[\"connect\"]",
          "42[]",
          "451-[\"x\",{\"_placeholder\":1}]4",
          "44{}",
          "47",
          "4311[1",
          "4599-[\"x\"]",
          "42/none,[\"x\"]",
          "430",
          ""
        }) {
      EngineClient.Socket socket = connected("alice");
      socket.send(packet);
      socket.awaitClose();
    }
    EngineClient.Socket socket = client.socket(SOCKET);
    socket.send("42[\"ping\"]");
    socket.awaitClose();
    EngineClient.Socket unasked = connected("alice");
    unasked.send(new byte[] {1});
    unasked.awaitClose();
    EngineClient.Socket interrupted = connected("alice");
    interrupted.send("451-[\"x\",{\"_placeholder\":true,\"num\":0}]").send("42[\"ping\"]");
    interrupted.awaitClose();
  }
}
