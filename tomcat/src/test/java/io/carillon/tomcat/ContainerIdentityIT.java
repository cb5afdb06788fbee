package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.config.Settings;
import io.carillon.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People whom the server has authenticated by means of its own: who they are to Carillon. */
class ContainerIdentityIT {
  private static final int SOON_SECONDS = 1;
  private static final Map<String, List<String>> PEOPLE =
      Map.ofEntries(
          Map.entry("alice", List.of("staff", "chat-admin")),
          Map.entry("frida", List.of("staff", "chat-user")),
          Map.entry("greta", List.of("chat-admin", "chat-user")),
          Map.entry("boss", List.of("chat-owner")),
          Map.entry("henry", List.of("staff")),
          Map.entry("ivan", List.of()),
          Map.entry("judy", List.of("chat-user")),
          Map.entry("karl", List.of("chat-user")),
          Map.entry(" blank ", List.of("chat-user")));

  @TempDir static Path folder;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ServerLogin LOGIN = new ServerLogin("FORM", PEOPLE);
  private static TomcatServer server;

  private static Map<String, String> settings(String name) {
    Map<String, String> settings = new HashMap<>();
    settings.put("CARILLON_HTTP_PORT", "0");
    settings.put("CARILLON_DEMO", "true");
    settings.put("CARILLON_DATA_FOLDER", folder.resolve(name).toString());
    return settings;
  }

  private static Map<String, String> trusting(String name) {
    Map<String, String> settings = settings(name);
    settings.put("CARILLON_CONTAINER_ORGANIZATION", "demo");
    settings.put(
        "CARILLON_CONTAINER_ROLES", "chat-owner=OWNER, chat-admin=ADMIN, chat-user=MEMBER");
    settings.put("CARILLON_CONTAINER_CREATE_USERS", "true");
    return settings;
  }

  @BeforeAll
  static void start() {
    server = TomcatServer.start(Settings.of(trusting("form")), LOGIN);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Browser loggedIn(String user) throws IOException {
    return Browser.loggedIn(CLIENT, server.port(), user);
  }

  private static String carillonToken(String user) throws IOException {
    return new RawHttp(server.port())
        .post("/api/login", "{\"userId\":\"%s\",\"password\":\"%s\"}".formatted(user, user))
        .text("token");
  }

  private static void assertMe(Browser browser, String id, String role) throws IOException {
    RawHttp.Answer me = browser.get("/api/me");
    assertThat(me.status()).as(me.body()).isEqualTo(200);
    assertThat(me.text("id")).isEqualTo(id);
    assertThat(me.text("role")).isEqualTo(role);
  }

  @Test
  void isWhomTheServerHasAuthenticated() throws Exception {
    Browser frida = loggedIn("frida");
    assertMe(frida, "frida", "MEMBER");
    RawHttp.Answer sent =
        frida.post("/api/channels/general/messages", "{\"content\":\"by the server\"}");
    assertThat(sent.status()).as(sent.body()).isEqualTo(201);
    try (ChatClient socket = frida.socket()) {
      assertThat(socket.join("general", "").get("event")).isEqualTo("channel:joined");
      assertThat(socket.say("general", "hello", "").get("event")).isEqualTo("ack");
    }
    assertMe(loggedIn("greta"), "greta", "ADMIN"); // the first that fits
    assertMe(loggedIn("boss"), "boss", "OWNER");
  }

  /** The server's role makes nobody an admin whose account has a password of its own. */
  @Test
  void leavesAnAccountWithAPasswordTheRoleOfTheRecord() throws Exception {
    assertMe(loggedIn("alice"), "alice", "MEMBER");
  }

  @Test
  void refusesWhoHasNoRoleThatCounts() throws Exception {
    for (String user : List.of("henry", "ivan")) {
      Browser browser = loggedIn(user);
      RawHttp.Answer me = browser.get("/api/me");
      assertThat(me.status()).as(user).isEqualTo(403);
      assertThat(me.text("code")).isEqualTo("FORBIDDEN");
      assertThat(browser.upgrade("Origin: " + browser.origin())).isEqualTo(403);
    }
    assertThat(new Browser(CLIENT, server.port()).get("/api/me").status()).isEqualTo(401);
  }

  @Test
  void refusesANameThatIsNoUsersId() throws Exception {
    Browser browser = new Browser(CLIENT, server.port());
    browser.get(ServerLogin.PAGE);
    browser.send(
        "POST",
        "/inside/j_security_check",
        "j_username=%20blank%20&j_password=%20blank%20",
        "Content-Type: application/x-www-form-urlencoded");
    assertThat(browser.get(ServerLogin.PAGE).body()).isEqualTo("page of  blank ");
    assertThat(browser.get("/api/me").status()).isEqualTo(403);
  }

  @Test
  void believesNobodyByDefault() throws Exception {
    try (TomcatServer plain = TomcatServer.start(Settings.of(settings("plain")), login())) {
      Browser alice = Browser.loggedIn(CLIENT, plain.port(), "alice");
      assertThat(alice.get("/api/me").status()).isEqualTo(401);
      assertThat(alice.upgrade("Origin: " + alice.origin())).isEqualTo(401);
    }
  }

  @Test
  void makesNoAccountsUnlessTold() throws Exception {
    Map<String, String> settings = trusting("closed");
    settings.remove("CARILLON_CONTAINER_CREATE_USERS");
    try (TomcatServer closed = TomcatServer.start(Settings.of(settings), login())) {
      Browser frida = Browser.loggedIn(CLIENT, closed.port(), "frida");
      assertThat(frida.get("/api/me").status()).isEqualTo(403);
      assertMe(Browser.loggedIn(CLIENT, closed.port(), "alice"), "alice", "MEMBER");
    }
  }

  private static ServerLogin login() {
    return new ServerLogin("FORM", PEOPLE);
  }

  // ---- requests that others make in somebody's name

  @Test
  void writesOnlyForPagesOfItsOwn() throws Exception {
    Browser frida = loggedIn("frida");
    String path = "/api/channels/general/messages";
    String json = "Content-Type: application/json";
    String body = "{\"content\":\"forged\"}";
    assertThat(frida.send("POST", path, body, json).status()).isEqualTo(403);
    assertThat(frida.send("POST", path, body, json, "Origin: https://evil.example").status())
        .isEqualTo(403);
    assertThat(frida.get("/api/me", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
    assertThat(frida.upgrade()).isEqualTo(403);
    assertThat(frida.upgrade("Origin: https://evil.example")).isEqualTo(403);
    assertThat(frida.upgrade("Origin: " + frida.origin())).isEqualTo(101);
    assertThat(frida.post(path, "{\"content\":\"own\"}").status()).isEqualTo(201);
  }

  @Test
  void putsABearerTokenBeforeTheServersWordAndThatBeforeItsOwnCookie() throws Exception {
    Browser frida = loggedIn("frida");
    String bob = carillonToken("bob");
    assertThat(frida.get("/api/me", "Authorization: Bearer " + bob).text("id")).isEqualTo("bob");
    assertThat(frida.get("/api/me", "Authorization: Bearer rubbish").status()).isEqualTo(401);
    assertThat(frida.post("/api/login", "{\"userId\":\"carol\",\"password\":\"carol\"}").status())
        .isEqualTo(200);
    assertThat(frida.cookie()).contains("carillon_session=");
    assertMe(frida, "frida", "MEMBER");
    assertThat(frida.post("/api/me/token", "").status()).isEqualTo(403); // which would be carol's
  }

  // ---- the end

  @Test
  void lockedAccountsStayLocked() throws Exception {
    Browser judy = loggedIn("judy");
    assertMe(judy, "judy", "MEMBER");
    try (ChatClient socket = judy.socket()) {
      CompletableFuture<String> stream = judy.stream("/api/events");
      String admin = "Authorization: Bearer " + carillonToken("admin");
      RawHttp.Answer locked =
          new RawHttp(server.port()).send("PUT", "/api/users/judy/lock", "", admin);
      assertThat(locked.status()).as(locked.body()).isBetween(200, 204);
      assertThat(socket.closeCode()).isEqualTo(4401);
      assertThat(stream.get(SOON_SECONDS, TimeUnit.SECONDS)).contains("UNAUTHENTICATED");
    }
    assertThat(judy.get("/api/me").status()).isEqualTo(401);
    assertThat(judy.upgrade("Origin: " + judy.origin())).isEqualTo(401);
    assertThat(loggedIn("judy").get("/api/me").status()).isEqualTo(401);
  }

  @Test
  void keepsWhatIsOpenWhenTheSessionIsGivenAnotherId() throws Exception {
    Browser frida = loggedIn("frida");
    try (ChatClient socket = frida.socket()) {
      String before = frida.sessionId();
      frida.get(ServerLogin.PAGE + "?do=rename");
      assertThat(frida.sessionId()).isNotEqualTo(before);
      assertMe(frida, "frida", "MEMBER");
      socket.send("ping", "1", new JsonObject());
      assertThat(socket.answer("1").get("event")).isEqualTo("pong");
      assertThat(frida.get(ServerLogin.PAGE + "?do=logout").status()).isEqualTo(200);
      assertThat(socket.closeCode()).isEqualTo(4401);
    }
  }

  @Test
  void endsWhatWasOpenWhenTheSessionGoesOnAsSomebodyElses() throws Exception {
    Browser browser = loggedIn("frida");
    try (ChatClient fridas = browser.socket()) {
      browser.get(ServerLogin.PAGE + "?do=become&name=karl");
      assertMe(browser, "karl", "MEMBER");
      assertThat(fridas.closeCode()).isEqualTo(4401);
      try (ChatClient karls = browser.socket()) {
        browser.get(ServerLogin.PAGE + "?do=leave");
        assertThat(browser.get("/api/me").status()).isEqualTo(401);
        assertThat(karls.closeCode()).isEqualTo(4401);
      }
    }
  }

  @Test
  void endsTheServersSessionByItsOwnLogout() throws Exception {
    Browser frida = loggedIn("frida");
    Browser elsewhere = loggedIn("frida");
    try (ChatClient socket = frida.socket();
        ChatClient other = elsewhere.socket()) {
      CompletableFuture<String> stream = frida.stream("/api/channels/general/events");
      String id = frida.sessionId();
      assertThat(frida.post("/api/logout", "").status()).isEqualTo(204);
      assertThat(LOGIN.session(id)).isNull();
      assertThat(socket.closeCode()).isEqualTo(4401);
      assertThat(stream.get(SOON_SECONDS, TimeUnit.SECONDS)).contains("UNAUTHENTICATED");
      other.send("ping", "1", new JsonObject());
      assertThat(other.answer("1").get("event")).isEqualTo("pong");
      assertThat(frida.get("/api/me").status()).isEqualTo(401);
      assertMe(elsewhere, "frida", "MEMBER");
    }
  }

  // ---- without a session

  @Test
  void takesWhomTheServerKnowsWithoutASession() throws Exception {
    ServerLogin basic = new ServerLogin("BASIC", PEOPLE);
    try (TomcatServer other = TomcatServer.start(Settings.of(trusting("basic")), basic)) {
      RawHttp http = new RawHttp(other.port());
      String frida = basic("frida");
      RawHttp.Answer me = http.get("/api/me", frida);
      assertThat(me.status()).as(me.body()).isEqualTo(200);
      assertThat(me.text("id")).isEqualTo("frida");
      assertThat(me.header("Set-Cookie")).isEmpty();
      assertThat(http.get("/api/me", basic("henry")).status()).isEqualTo(403);
      // A browser sends such a password by itself, too.
      assertThat(http.post("/api/tickets", "", frida).status()).isEqualTo(403);
      String own = "Origin: " + http.origin();
      assertThat(http.post("/api/tickets", "", frida, own).status()).isEqualTo(201);
      // One logout must not end what the user has elsewhere.
      assertThat(http.post("/api/logout", "", frida, own).status()).isEqualTo(204);
      assertThat(http.get("/api/me", frida).status()).isEqualTo(200);
      assertThat(http.upgrade("/ws", frida, own).status()).isEqualTo(101);
    }
  }

  private static String basic(String user) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString((user + ':' + user).getBytes(StandardCharsets.UTF_8));
  }
}
