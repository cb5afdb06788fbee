package io.carillon.servers;

import static io.carillon.servers.Site.get;
import static io.carillon.servers.Site.messages;
import static io.carillon.servers.Site.post;
import static io.carillon.servers.Site.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.carillon.check.client.Answer;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Requests and their answers. */
abstract class RestOnServers extends OnServers {
  RestOnServers(Supplier<Site> place) {
    super(place);
  }

  private static List<Map<String, Object>> list(Map<String, Object> body, String name) {
    return JsonText.asList(body.get(name)).stream().map(JsonText::asObject).toList();
  }

  private Map<String, Object> ok(RestClient by, String path) {
    return get(by.get(path)).orRefused().json();
  }

  @Test
  void takesALoginAndTellsWhoOneIs() {
    RestClient nobody = new RestClient(site().wire(), site().nobody());
    Map<String, Object> login =
        post(nobody, "/api/login", Map.of("userId", "carol", "password", "carol"));
    RestClient carol =
        new RestClient(site().wire(), site().member("carol").showing((String) login.get("token")));
    assertThat(ok(carol, "/api/me")).containsEntry("id", "carol").containsEntry("kind", "USER");
    assertThat(
            refusal(get(nobody.post("/api/login", Map.of("userId", "carol", "password", "wrong")))))
        .isEqualTo("401 UNAUTHENTICATED");
    get(carol.send("POST", "/api/logout", Map.of(), java.time.Duration.ofSeconds(10)));
    assertThat(refusal(get(carol.get("/api/me")))).isEqualTo("401 UNAUTHENTICATED");
  }

  @Test
  void keepsMessagesInTheirOrderAndARepeatAtItsFirstPlace() {
    String channel = site().chat();
    RestClient alice = site().rest("alice");
    Map<String, Object> message = Map.of("content", "häh? 🙂 \r\n\u0000", "clientId", "c-1");
    Answer first = get(alice.post(messages(channel), message)).orRefused();
    Answer again = get(alice.post(messages(channel), message)).orRefused();
    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().get("position")).isEqualTo(first.json().get("position"));
    for (int i = 2; i <= 5; i++) {
      site().say("bob", channel, "m" + i);
    }
    String one = messages(channel) + '/' + first.json().get("id");
    Map<String, Object> edited =
        get(alice.patch(one, Map.of("content", "edited", "version", 1L))).orRefused().json();
    assertThat(edited).containsEntry("offset", 1L).containsEntry("revision", 6L);
    Answer stale = get(alice.patch(one, Map.of("content", "stale", "version", 1L)));
    assertThat(refusal(stale)).isEqualTo("409 CONFLICT");
    assertThat(JsonText.asObject(stale.json().get("current"))).containsEntry("content", "edited");
    assertThat(list(ok(site().rest("bob"), messages(channel) + "?limit=3"), "messages"))
        .extracting(m -> m.get("content"))
        .containsExactly("m3", "m4", "m5");
    assertThat(list(ok(site().rest("bob"), messages(channel) + "?after=0&limit=2"), "messages"))
        .extracting(m -> m.get("content"))
        .containsExactly("edited", "m2");
    assertThat(get(alice.delete(one)).orRefused().json()).containsEntry("deleted", true);
  }

  @Test
  void hasChannelsMembersAndWhatIsUnread() {
    String channel = site().channel("alice", "CHAT", "PRIVATE");
    RestClient alice = site().rest("alice");
    RestClient bob = site().rest("bob");
    String path = Site.path(channel);
    assertThat(refusal(get(bob.get(path)))).isEqualTo("403 FORBIDDEN");
    post(alice, path + "/members", Map.of("userId", "bob", "role", "READER"));
    site().say("alice", channel, "one");
    site().say("alice", channel, "two");
    assertThat(ok(bob, path)).containsEntry("unread", 2L).containsEntry("channelId", channel);
    get(bob.post(path + "/read", Map.of("offset", 1L))).orRefused();
    assertThat(ok(bob, path)).containsEntry("unread", 1L);
    assertThat(refusal(get(bob.post(messages(channel), Map.of("content", "x")))))
        .isEqualTo("403 FORBIDDEN");
    get(alice.patch(path + "/members/bob", Map.of("role", "WRITER"))).orRefused();
    site().say("bob", channel, "three");
    assertThat(list(ok(alice, path + "/members"), "members"))
        .extracting(member -> member.get("userId"))
        .containsExactly("alice", "bob");
    get(alice.delete(path + "/members/bob")).orRefused();
    assertThat(refusal(get(bob.get(messages(channel))))).isEqualTo("403 FORBIDDEN");
  }

  @Test
  void bringsNotificationsToTheirUserAndCountsThem() {
    String user = Site.fresh("user");
    RestClient reader = site().rest(user);
    Map<String, Object> notice =
        Map.of("userId", user, "type", "invoice", "title", "Due", "message", "Pay", "url", "/i");
    String id = (String) post(site().adminRest(), "/api/notifications", notice).get("id");
    post(site().adminRest(), "/api/notifications", notice);
    assertThat(ok(reader, "/api/notifications/count")).containsEntry("unread", 2L);
    get(reader.patch("/api/notifications/" + id, Map.of("read", true))).orRefused();
    assertThat(ok(reader, "/api/notifications/count")).containsEntry("unread", 1L);
    assertThat(refusal(get(reader.post("/api/notifications", notice)))).isEqualTo("403 FORBIDDEN");
  }

  @Test
  void keepsAListWithVersions() {
    String todos = "/api/lists/" + site().channel("alice", "LIST", "PUBLIC") + "/todos";
    Map<String, Object> made = post(site().rest("alice"), todos, Map.of("text", "milk"));
    String one = todos + '/' + made.get("id");
    RestClient bob = site().rest("bob");
    get(bob.patch(one, Map.of("completed", true, "version", 1L))).orRefused();
    assertThat(refusal(get(bob.patch(one, Map.of("text", "tea", "version", 1L)))))
        .isEqualTo("409 CONFLICT");
    assertThat(list(ok(bob, todos), "todos"))
        .singleElement()
        .satisfies(todo -> assertThat(todo).containsEntry("completed", true));
    assertThat(get(bob.delete(one)).status()).isEqualTo(204);
  }

  @Test
  void tellsWhoIsThere() {
    String user = Site.fresh("present");
    HeardSocket socket = socket(user);
    socket.ask("ping", Map.of());
    Map<String, Object> answer =
        post(
            site().rest("alice"),
            "/api/presence/query",
            Map.of("userIds", List.of(user, "nobody-of-that-name")));
    assertThat(answer.toString()).contains(user);
    org.awaitility.Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(
                        list(
                            post(
                                site().rest("alice"),
                                "/api/presence/query",
                                Map.of("userIds", List.of(user))),
                            "users"))
                    .singleElement()
                    .satisfies(one -> assertThat(one).containsEntry("online", true)));
  }

  /** Names with a slash, or what a server might take for a path's end, are one segment. */
  @Test
  void takesAnyNameThatIsEncodedAsOneSegment() {
    for (String strange : List.of("a/b", "a%2Fb", "ü ; x=1?&#", "..", "a\\b", "+ +", "日本/語")) {
      String name = strange + ' ' + Site.fresh("x");
      if (strange.contains("\\") && !site().server().takesBackslashes()) {
        assertThat(get(site().rest("alice").get(Site.path(name))).status()).isEqualTo(400);
        continue;
      }
      post(
          site().rest("alice"),
          "/api/channels",
          Map.of("channelId", name, "kind", "CHAT", "visibility", "PUBLIC"));
      site().say("bob", name, "into " + name);
      assertThat(list(ok(site().rest("alice"), messages(name)), "messages"))
          .as(name)
          .singleElement()
          .satisfies(message -> assertThat(message).containsEntry("content", "into " + name));
      assertThat(ok(site().rest("bob"), Site.path(name))).containsEntry("channelId", name);
    }
  }

  @Test
  void refusesWithAStatusACodeAndNothingElse() {
    RestClient nobody = new RestClient(site().wire(), site().nobody());
    RestClient stranger =
        new RestClient(site().wire(), site().member("alice").showing("no.valid.token"));
    RestClient alice = site().rest("alice");
    String channel = site().chat();
    Map<String, Answer> refused = new HashMap<>();
    refused.put("401 UNAUTHENTICATED", get(nobody.get("/api/me")));
    refused.put("401 UNAUTHENTICATED ", get(stranger.get("/api/channels")));
    refused.put("403 FORBIDDEN", get(alice.get("/api/channels/no%20such%20channel")));
    refused.put("404 NOT_FOUND", get(alice.get("/api/no-such-route")));
    refused.put("409 CONFLICT", get(alice.post("/api/channels", Map.of("channelId", channel))));
    refused.put("400 MALFORMED", get(alice.post(messages(channel), Map.of("content", 7L))));
    refused.forEach(
        (expected, answer) -> {
          assertThat(refusal(answer)).isEqualTo(expected.strip());
          assertThat(answer.head().header("content-type")).startsWith("application/problem+json");
          assertThat(answer.text().toLowerCase(java.util.Locale.ROOT))
              .doesNotContain("exception", "java.", "jakarta.", "<html", "resteasy", "jersey");
        });
    assertThat(refused.get("401 UNAUTHENTICATED").head().header("www-authenticate"))
        .startsWith("Bearer");
    assertThat(
            get(alice.send("PUT", messages(channel), null, java.time.Duration.ofSeconds(9)))
                .status())
        .isEqualTo(405);
  }

  private HttpResponse<String> send(String path, String type, HttpRequest.BodyPublisher body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://"
                        + site().server().address().getHostString()
                        + ':'
                        + site().server().address().getPort()
                        + site().server().contextPath()
                        + path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + site().member("alice").token())
            .header("Content-Type", type)
            .POST(body)
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void isRefused(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode() + " " + JsonText.object(answer.body()).get("code"))
        .isEqualTo(status + " " + code);
  }

  @Test
  void refusesBodiesThatAreTooLargeOrTooDeepOrNoJson() throws Exception {
    String to = messages(site().chat());
    String json = "application/json";
    String start = "{\"content\":\"";
    String fits = start + "x".repeat(65_536 - start.length() - 2) + "\"}";
    assertThat(send(to, json, HttpRequest.BodyPublishers.ofString(fits)).statusCode())
        .isEqualTo(201);
    isRefused(send(to, json, HttpRequest.BodyPublishers.ofString(fits + ' ')), 413, "TOO_LARGE");
    byte[] large = (start + "x".repeat(900_000) + "\"}").getBytes(StandardCharsets.UTF_8);
    isRefused(
        send(
            to,
            json,
            HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(large))),
        413,
        "TOO_LARGE");
    for (int levels : new int[] {63, 64}) {
      HttpResponse<String> answer =
          send(
              to,
              json,
              HttpRequest.BodyPublishers.ofString(
                  "{\"name\":\"x\",\"payload\":" + "[".repeat(levels) + "]".repeat(levels) + '}'));
      assertThat(answer.statusCode()).as("%d levels", levels).isEqualTo(levels == 63 ? 201 : 400);
    }
    for (String bad : List.of("", "[]", "{", "{\"content\":\"a\",\"content\":\"b\"}", "\uFEFF{}")) {
      isRefused(send(to, json, HttpRequest.BodyPublishers.ofString(bad)), 400, "MALFORMED");
    }
    isRefused(send(to, "text/plain", HttpRequest.BodyPublishers.ofString(fits)), 415, "MALFORMED");
    isRefused(
        send(
            to,
            json,
            HttpRequest.BodyPublishers.ofByteArray(
                new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'})),
        400,
        "MALFORMED");
  }

  /** BC-024: what filters add is on streams as well, but for what is a stream's own. */
  @Test
  void hasTheSameHeadersOnStreamsAsOnOtherAnswers() {
    Set<String> ofAnswer =
        new TreeSet<>(get(site().rest("alice").get("/api/me")).head().headers().keySet());
    Set<String> ofStream = new TreeSet<>(stream("alice", "/api/events").head().headers().keySet());
    List<String> own =
        List.of(
            "content-length",
            "content-type",
            "transfer-encoding",
            "cache-control",
            "x-accel-buffering",
            "date",
            "connection",
            "keep-alive",
            "server",
            "x-powered-by");
    ofAnswer.removeAll(own);
    ofStream.removeAll(own);
    assertThat(ofStream).isEqualTo(ofAnswer);
    assertThat(ofAnswer).contains("x-content-type-options");
  }

  @Test
  void tellsOperatorsHowItDoes() {
    RestClient nobody = new RestClient(site().wire(), site().nobody());
    assertThat(ok(nobody, "/health/live")).containsEntry("status", "UP");
    Map<String, Object> ready = ok(nobody, "/health/ready");
    assertThat(list(ready, "checks"))
        .extracting(check -> check.get("name"))
        .containsExactly("database", "bus", "accepting");
    assertThat(site().metric("carillon_bus_connected")).isEqualTo(1);
    assertThat(site().metric("jvm_memory_used_bytes", "heap")).isPositive();
    assertThat(ok(nobody, "/openapi")).containsKey("paths");
    assertThat(list(ok(site().adminRest(), "/api/admin/nodes"), "nodes"))
        .singleElement()
        .satisfies(node -> assertThat(node).containsEntry("state", "UP"));
  }

  @Test
  void servesItsPages() {
    assumeFalse(System.getProperty("skipUi", "false").equals("true"), "built without them");
    Answer page = get(new RestClient(site().wire(), site().nobody()).get("/"));
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.head().header("content-type")).startsWith("text/html");
    assertThat(page.text()).containsIgnoringCase("carillon");
  }
}
