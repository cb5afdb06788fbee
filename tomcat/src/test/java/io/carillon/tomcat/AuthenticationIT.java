package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes in, from where, and with what, at the real server's door. */
class AuthenticationIT {
  private static final String NONE = "";

  @TempDir static Path folder;
  private static TomcatServer server;
  private static RawHttp http;
  private static final LogLines LOG = new LogLines();

  /** All that is logged, on every level. */
  private static final class LogLines extends Handler {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger = Logger.getLogger("io.carillon");
    private final SimpleFormatter formatter = new SimpleFormatter();

    void begin() {
      setLevel(Level.ALL);
      logger.setLevel(Level.ALL);
      logger.addHandler(this);
    }

    void end() {
      logger.removeHandler(this);
      logger.setLevel(null);
    }

    @Override
    public void publish(LogRecord record) {
      lines.add(formatter.format(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static TomcatServer start(String data, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("CARILLON_HTTP_PORT", "0");
    settings.put("CARILLON_DEMO", "true");
    settings.put("CARILLON_DATA_FOLDER", folder.resolve(data).toString());
    settings.putAll(more);
    return TomcatServer.start(Settings.of(settings));
  }

  @BeforeAll
  static void startServer() {
    LOG.begin();
    server = start("main", Map.of());
    http = new RawHttp(server.port());
  }

  @AfterAll
  static void stopServer() {
    server.close();
    LOG.end();
  }

  private static RawHttp.Answer login(RawHttp at, String user) throws IOException {
    RawHttp.Answer answer =
        at.post("/api/login", "{\"userId\":\"%s\",\"password\":\"%s\"}".formatted(user, user));
    assertThat(answer.status()).isEqualTo(200);
    return answer;
  }

  private static String bearer(String user) throws IOException {
    return "Authorization: Bearer " + login(http, user).text("token");
  }

  private static String cookie(String user) throws IOException {
    String set = login(http, user).header("Set-Cookie");
    return "Cookie: " + set.substring(0, set.indexOf(';'));
  }

  private static String ticket(String bearer) throws IOException {
    RawHttp.Answer answer = http.post("/api/tickets", NONE, bearer);
    assertThat(answer.status()).isEqualTo(201);
    return answer.text("ticket");
  }

  /** Past the door: what comes then is for others to say. */
  private static void assertLetIn(RawHttp.Answer answer) {
    assertThat(answer.status()).isNotIn(401, 403, 500);
  }

  private static void assertProblem(RawHttp.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.text("code")).isEqualTo(code);
    assertThat(answer.body()).doesNotContain("Exception", "java", "at io.", "<html");
    if (status == 401) {
      assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api",
        "/api/",
        "/api/me",
        "/api/events",
        "/api/channels/general/messages",
        "/api/nothing/here",
        "/api;x=1/me",
        "/api/;/me",
        "//api/me",
        "/./api/me",
        "/x/../api/me",
        "/%61pi/me",
        "/api/login/",
        "/api/login/../me",
        "/api/login;x",
        "/api/login;/../me",
        "/api/login%2f..%2fme",
        "/api/logi%6e",
        "/ws",
        "/ws/",
        "/ws;x"
      })
  void asksForCredentialsHoweverAPathIsSpelt(String path) throws IOException {
    assertProblem(http.get(path), 401, "UNAUTHENTICATED");
    if (path.startsWith("/ws")) {
      assertProblem(http.upgrade(path), 401, "UNAUTHENTICATED");
    }
  }

  @Test
  void leavesOthersAlone() throws IOException {
    assertThat(http.get("/health/live").status()).isEqualTo(200);
    assertThat(http.get("/metrics").status()).isEqualTo(200);
    assertThat(http.get("/nothing").status()).isEqualTo(404);
    assertThat(http.get("/API/me").status()).isEqualTo(404);
  }

  @Test
  void tellsWhoTheCallerIs() throws IOException {
    RawHttp.Answer login = login(http, "alice");
    assertThat(login.header("Set-Cookie"))
        .isEqualTo(
            "carillon_session=" + login.text("token") + "; Path=/; HttpOnly; SameSite=Strict");
    assertThat(login.header("Cache-Control")).isEqualTo("no-store");
    for (String credentials :
        List.of(
            "Authorization: Bearer " + login.text("token"),
            "authorization:   bearer   " + login.text("token") + "  ",
            "Cookie: a=b; carillon_session=" + login.text("token"))) {
      RawHttp.Answer me = http.get("/api/me", credentials);
      assertThat(me.status()).isEqualTo(200);
      assertThat(me.text("id")).isEqualTo("alice");
      assertThat(me.text("role")).isEqualTo("MEMBER");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Basic YWxpY2U6YWxpY2U=",
        "Authorization: Bearer",
        "Authorization: Bearer x y",
        "Authorization: rubbish",
        "Authorization: Bearer a.b.c",
        "Authorization: Bearer ck_x_y",
        "Authorization:"
      })
  void doesNotFallBackToTheCookieForAWrongHeader(String header) throws IOException {
    assertProblem(http.get("/api/me", header, cookie("alice")), 401, "UNAUTHENTICATED");
  }

  @Test
  void letsACookieWriteOnlyFromOurOwnPages() throws IOException {
    String cookie = cookie("alice");
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
      for (String origin :
          List.of(
              "",
              "Origin: null",
              "Origin:",
              "Origin: http://evil.example",
              "Origin: https://127.0.0.1:" + server.port(),
              "Origin: http://localhost:" + server.port(),
              "Origin: http://127.0.0.1",
              "Origin: " + http.origin() + ".evil.example",
              "Origin: " + http.origin() + "\r\nOrigin: http://evil.example")) {
        RawHttp.Answer refused =
            origin.isEmpty()
                ? http.send(method, "/api/tickets", NONE, cookie)
                : http.send(method, "/api/tickets", NONE, cookie, origin);
        assertProblem(refused, 403, "FORBIDDEN");
      }
    }
    RawHttp.Answer own = http.post("/api/tickets", NONE, cookie, "Origin: " + http.origin());
    assertThat(own.status()).isEqualTo(201);
    assertProblem(http.post("/api/logout", NONE, cookie), 403, "FORBIDDEN");
  }

  @Test
  void letsACookieReadForNoOtherSite() throws IOException {
    String cookie = cookie("alice");
    assertThat(http.get("/api/me", cookie).status()).isEqualTo(200);
    assertThat(http.get("/api/me", cookie, "Sec-Fetch-Site: same-origin").status()).isEqualTo(200);
    assertProblem(http.get("/api/me", cookie, "Sec-Fetch-Site: cross-site"), 403, "FORBIDDEN");
    assertProblem(http.get("/api/me", cookie, "Sec-Fetch-Site: same-site"), 403, "FORBIDDEN");
    assertProblem(http.get("/api/me", cookie, "Origin: http://evil.example"), 403, "FORBIDDEN");
  }

  @Test
  void refusesForeignOriginsWhateverTheCredentials() throws IOException {
    String bearer = bearer("alice");
    for (String origin : List.of("null", "http://evil.example", "http://localhost:1", "file://")) {
      String header = "Origin: " + origin;
      assertProblem(http.get("/api/me", bearer, header), 403, "FORBIDDEN");
      assertProblem(http.get("/api/events", bearer, header), 403, "FORBIDDEN");
      assertProblem(http.get("/api/poll", bearer, header), 403, "FORBIDDEN");
      assertProblem(http.upgrade("/ws", bearer, header), 403, "FORBIDDEN");
      assertProblem(http.upgrade("/ws?ticket=" + ticket(bearer), header), 403, "FORBIDDEN");
      assertProblem(
          http.post("/api/login", "{\"userId\":\"alice\",\"password\":\"alice\"}", header),
          403,
          "FORBIDDEN");
    }
  }

  @Test
  void opensSocketsForTheRightOnes() throws IOException {
    String bearer = bearer("alice");
    String cookie = cookie("alice");
    String own = "Origin: " + http.origin();
    assertLetIn(http.upgrade("/ws", bearer));
    assertLetIn(http.upgrade("/ws", bearer, own));
    assertLetIn(http.upgrade("/ws", cookie, own));
    assertProblem(http.upgrade("/ws", cookie), 403, "FORBIDDEN");
    assertLetIn(http.upgrade("/ws?ticket=" + ticket(bearer), own));
  }

  @Test
  void takesATicketOnceAndOnStreamsOnly() throws IOException {
    String bearer = bearer("alice");
    String ticket = ticket(bearer);
    for (String path : List.of("/api/me", "/api/channels", "/api/channels/general/messages")) {
      assertProblem(http.get(path + "?ticket=" + ticket), 401, "UNAUTHENTICATED");
    }
    assertProblem(http.post("/api/poll?ticket=" + ticket, NONE), 401, "UNAUTHENTICATED");
    assertLetIn(http.get("/api/poll?channel=general&ticket=" + ticket));
    assertProblem(http.get("/api/poll?ticket=" + ticket), 401, "UNAUTHENTICATED");
    for (String wrong : List.of("", "x", ticket + "x", "x".repeat(2_000))) {
      assertProblem(http.get("/api/poll?ticket=" + wrong, cookie("alice")), 401, "UNAUTHENTICATED");
    }
    // A token has no place in an address, under whatever name.
    String token = bearer.substring("Authorization: Bearer ".length());
    for (String name : List.of("ticket", "token", "access_token")) {
      assertProblem(http.get("/api/poll?" + name + '=' + token), 401, "UNAUTHENTICATED");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "localhost:1, 200",
    "[::1]:8080, 200",
    "evil.example, 403",
    "127.0.0.1.evil.example, 403",
    "localhost.evil.example, 403",
    "10.0.0.1, 403"
  })
  void answersToItsOwnNamesOnly(String host, int status) throws IOException {
    RawHttp.Answer answer = http.get("/api/me", bearer("alice"), "Host: " + host);
    assertThat(answer.status()).isEqualTo(status);
    String sameOrigin = "Origin: http://" + host;
    RawHttp.Answer login =
        http.post(
            "/api/login",
            "{\"userId\":\"alice\",\"password\":\"alice\"}",
            "Host: " + host,
            sameOrigin);
    assertThat(login.status()).isEqualTo(status);
  }

  @Test
  void endsASessionWithAllItsTokens() throws IOException {
    String session = bearer("alice");
    String other = bearer("alice");
    RawHttp.Answer renewed = http.post("/api/me/token", NONE, session);
    assertThat(renewed.status()).isEqualTo(200);
    String next = "Authorization: Bearer " + renewed.text("token");
    assertThat(http.get("/api/me", next).status()).isEqualTo(200);

    RawHttp.Answer logout = http.post("/api/logout", NONE, session);
    assertThat(logout.status()).isEqualTo(204);
    assertThat(logout.header("Set-Cookie")).startsWith("carillon_session=;").contains("Max-Age=0");
    assertProblem(http.get("/api/me", session), 401, "UNAUTHENTICATED");
    assertProblem(http.get("/api/me", next), 401, "UNAUTHENTICATED");
    assertProblem(http.post("/api/me/token", NONE, next), 401, "UNAUTHENTICATED");
    assertThat(http.get("/api/me", other).status()).isEqualTo(200);
    assertThat(http.post("/api/logout", NONE, session).status()).isEqualTo(204);
    assertThat(http.post("/api/logout", NONE).status()).isEqualTo(204);
  }

  @Test
  void refusesLoginsThatAreNone() throws IOException {
    assertProblem(
        http.post("/api/login", "{\"userId\":\"alice\",\"password\":\"wrong\"}"),
        401,
        "UNAUTHENTICATED");
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "{}",
            "{\"userId\":\"alice\"}",
            "{\"userId\":7,\"password\":\"alice\"}",
            "{\"userId\":\"alice\",\"password\":null}",
            "{\"userId\":\"alice\",\"password\":\"\"}",
            "{\"userId\":\"a\\u0000\",\"password\":\"x\"}",
            "{\"userId\":\"alice\",\"userId\":\"bob\",\"password\":\"x\"}",
            "{\"userId\":\"alice\",\"password\":\"x\",\"organization\":\"a/b\"}",
            "[".repeat(4_000))) {
      RawHttp.Answer answer =
          http.send("POST", "/api/login", body, "Content-Type: application/json");
      assertProblem(answer, 400, "MALFORMED");
    }
    assertProblem(
        http.post("/api/login", "{\"userId\":\"" + "x".repeat(5_000) + "\"}"), 413, "TOO_LARGE");
    String form = "userId=alice&password=alice";
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")) {
      assertThat(http.send("POST", "/api/login", form, "Content-Type: " + type).status())
          .isEqualTo(415);
    }
  }

  @Test
  void slowsTheGuessingOfAPassword() throws IOException {
    String guess = "{\"userId\":\"mallory\",\"password\":\"guess\"}";
    RawHttp.Answer refused = http.post("/api/login", guess);
    int guesses = 1;
    while (refused.status() == 401 && guesses < 40) { // one more is allowed each six seconds
      refused = http.post("/api/login", guess);
      guesses++;
    }
    assertThat(guesses).isGreaterThan(10);
    assertProblem(refused, 429, "RATE_LIMITED");
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 6);
    login(http, "alice");
  }

  @Test
  void sendsTheHeadersThatKeepBrowsersFromHarm() throws IOException {
    for (String path : List.of("/", "/api/me", "/health/live", "/nothing")) {
      RawHttp.Answer answer = http.get(path);
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
      assertThat(answer.header("Referrer-Policy")).isEqualTo("same-origin");
      assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
      assertThat(answer.header("Content-Security-Policy"))
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void allowsTheScriptOfItsOwnPage() throws Exception {
    RawHttp.Answer page = http.get("/");
    int begin = page.body().indexOf("<script>");
    if (begin >= 0) { // built with its pages
      String script =
          page.body().substring(begin + "<script>".length(), page.body().indexOf("</script>"));
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      assertThat(page.header("Content-Security-Policy"))
          .contains("'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
    }
  }

  @Test
  void sharesWithListedOriginsAndNoOthers() throws IOException {
    try (TomcatServer open =
        start(
            "cors",
            Map.of(
                "CARILLON_ALLOWED_ORIGINS",
                "https://portal.example,https://chat.example",
                "CARILLON_TRUSTED_PROXIES",
                "127.0.0.1"))) {
      RawHttp at = new RawHttp(open.port());
      String portal = "Origin: https://portal.example";
      RawHttp.Answer preflight =
          at.send(
              "OPTIONS",
              "/api/events",
              NONE,
              portal,
              "Access-Control-Request-Method: GET",
              "Access-Control-Request-Headers: authorization,last-event-id");
      assertThat(preflight.status()).isEqualTo(204);
      assertThat(preflight.header("Access-Control-Allow-Origin"))
          .isEqualTo("https://portal.example");
      assertThat(preflight.header("Access-Control-Allow-Credentials")).isEqualTo("true");
      assertThat(preflight.header("Access-Control-Allow-Headers"))
          .contains("Last-Event-ID", "Authorization", "Content-Type");
      assertThat(preflight.header("Access-Control-Allow-Methods"))
          .contains("PATCH", "DELETE")
          .doesNotContain("*");
      assertThat(preflight.header("Vary")).contains("Origin");

      RawHttp.Answer unknown = at.get("/api/me", portal);
      assertProblem(unknown, 401, "UNAUTHENTICATED");
      assertThat(unknown.header("Access-Control-Allow-Origin")).isEqualTo("https://portal.example");

      for (String origin :
          List.of(
              "https://evil.example",
              "https://portal.example.evil.example",
              "https://PORTAL.example",
              "http://portal.example",
              "https://portal.example:443",
              "null")) {
        RawHttp.Answer refused =
            at.send(
                "OPTIONS",
                "/api/events",
                NONE,
                "Origin: " + origin,
                "Access-Control-Request-Method: GET");
        assertProblem(refused, 403, "FORBIDDEN");
        assertThat(refused.header("Access-Control-Allow-Origin")).isEmpty();
      }

      // DNS rebinding: a foreign name, whatever the origin says.
      assertProblem(at.get("/api/me", portal, "Host: evil.example"), 403, "FORBIDDEN");

      // The proxy ends TLS: the cookie is for https, and writes for the page of that very host.
      RawHttp.Answer login =
          at.post(
              "/api/login",
              "{\"userId\":\"alice\",\"password\":\"alice\"}",
              "Host: chat.example",
              "Origin: https://chat.example",
              "X-Forwarded-Proto: https",
              "X-Forwarded-For: 203.0.113.7");
      assertThat(login.status()).isEqualTo(200);
      assertThat(login.header("Set-Cookie")).endsWith("; Secure");
      String cookie = "Cookie: carillon_session=" + login.text("token");
      String host = "Host: chat.example";
      assertThat(
              at.post("/api/tickets", NONE, host, cookie, "Origin: https://chat.example").status())
          .isEqualTo(201);
      assertProblem(at.post("/api/tickets", NONE, host, cookie, portal), 403, "FORBIDDEN");

      // Behind the proxy each client has its own count of failures.
      String guess = "{\"userId\":\"%s\",\"password\":\"guess\"}";
      int guesses = 0;
      RawHttp.Answer answer;
      do { // one more is allowed each two seconds
        String user = "user" + guesses++;
        answer = at.post("/api/login", guess.formatted(user), "X-Forwarded-For: 203.0.113.8");
      } while (answer.status() == 401 && guesses < 200);
      assertProblem(answer, 429, "RATE_LIMITED");
      assertThat(guesses).isGreaterThan(30);
      assertThat(
              at.post("/api/login", guess.formatted("user99"), "X-Forwarded-For: 203.0.113.9")
                  .status())
          .isEqualTo(401);
    }
  }

  @Test
  void believesNoForwardedHeaderOfAStranger() throws IOException {
    RawHttp.Answer login =
        http.post(
            "/api/login",
            "{\"userId\":\"alice\",\"password\":\"alice\"}",
            "X-Forwarded-Proto: https");
    assertThat(login.header("Set-Cookie")).doesNotContain("Secure");
  }

  @Test
  void makesTheDemoOnceAndLeavesChangesAlone() throws IOException {
    String bearer;
    try (TomcatServer first = start("demo", Map.of())) {
      RawHttp at = new RawHttp(first.port());
      for (String user : List.of("alice", "bob", "carol", "admin")) {
        RawHttp.Answer login = login(at, user);
        assertThat(login.text("role")).isEqualTo(user.equals("admin") ? "ADMIN" : "MEMBER");
        String channels =
            at.get("/api/channels", "Authorization: Bearer " + login.text("token")).body();
        assertThat(channels).contains("\"general\"", "\"random\"", "\"todos\"");
        assertThat(channels.contains("\"board\""))
            .isEqualTo(user.equals("alice") || user.equals("admin"));
      }
      bearer = "Authorization: Bearer " + login(at, "admin").text("token");
      assertThat(at.send("DELETE", "/api/channels/random/members/bob", NONE, bearer).status())
          .isEqualTo(204);
      assertThat(
              at.send(
                      "PATCH",
                      "/api/channels/general",
                      "{\"title\":\"Hall\"}",
                      bearer,
                      "Content-Type: application/json")
                  .status())
          .isEqualTo(200);
    }
    try (TomcatServer second = start("demo", Map.of())) {
      RawHttp at = new RawHttp(second.port());
      assertThat(at.get("/api/channels/general", bearer).text("title")).isEqualTo("Hall");
      assertThat(at.get("/api/channels/random/members", bearer).body())
          .contains("\"alice\"")
          .doesNotContain("\"bob\"");
    }
  }

  @Test
  void writesNoSecretToTheLog() throws IOException {
    String bearer = bearer("carol");
    String cookie = cookie("carol");
    String ticket = ticket(bearer);
    String password = "secret-" + System.nanoTime();
    http.get("/api/me", bearer);
    http.get("/api/me", cookie);
    http.get("/api/poll?channel=general&ticket=" + ticket);
    http.get("/api/poll?channel=general&ticket=" + ticket);
    http.get("/api/me?ticket=" + ticket, "Origin: http://evil.example");
    http.post("/api/login", "{\"userId\":\"carol\",\"password\":\"" + password + "\"}");
    http.post("/api/logout", NONE, bearer);
    http.get("/api/me", bearer);
    assertThat(LOG.lines).as("the log is being listened to").isNotEmpty();
    for (String secret :
        List.of(
            bearer.substring("Authorization: Bearer ".length()),
            cookie.substring("Cookie: carillon_session=".length()),
            ticket,
            password)) {
      assertThat(LOG.lines).noneMatch(line -> line.contains(secret));
    }
  }
}
