package io.carillon.check.rest;

import static io.carillon.check.rest.RestServer.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every route refuses alike, taken from the OpenAPI document so that none is left out. */
@ExtendWith(RestServer.Extension.class)
class RefusalsIT {
  private static RestServer server;
  private static Contract contract;
  private static Api ann;
  private static Api boss;
  private static String path;

  @BeforeAll
  static void open(RestServer shared) {
    server = shared;
    contract = shared.contract();
    ann = shared.user("ann");
    boss = shared.admin("boss");
    String name = fresh("refusals");
    path = "/api/channels/" + name;
    ann.send(
            "POST",
            "/api/channels",
            new JsonObject().put("channelId", name).put("visibility", "PUBLIC"))
        .isOk(201);
  }

  private static Stream<Contract.Operation> api() {
    return contract.operations().stream().filter(o -> o.path().startsWith("/api/"));
  }

  private static Stream<Contract.Operation> withBody() {
    return api().filter(o -> o.body() != null);
  }

  /** The route with something in the place of each parameter. */
  private static String concrete(Contract.Operation operation) {
    return operation
        .path()
        .replace("{channel}", path.substring(path.lastIndexOf('/') + 1))
        .replace("{list}", "todos")
        .replaceAll("\\{[^}]*}", "nothing");
  }

  private static Answer refused(ErrorCode code, Answer answer) {
    return contract.check(answer.isRefused(code));
  }

  @Test
  void refusesWhoeverShowsNoCredentials() {
    List<Contract.Operation> guarded = api().filter(Contract.Operation::isGuarded).toList();
    assertThat(guarded).hasSizeGreaterThan(35);
    for (Contract.Operation operation : guarded) {
      Answer answer = server.anybody().send(operation.method(), concrete(operation));
      refused(ErrorCode.UNAUTHENTICATED, answer);
      assertThat(answer.header("WWW-Authenticate")).as(operation.toString()).startsWith("Bearer");
    }
  }

  @Test
  void refusesWrongTokensAndKeys() {
    for (String credential :
        List.of(
            "x", "a.b.c", "ck_0123456789abcdef_" + "0".repeat(64), "eyJhbGciOiJub25lIn0.e30.")) {
      for (String to : List.of("/api/me", "/api/channels", "/api/nosuch")) {
        server.bearer(credential).get(to).isRefused(ErrorCode.UNAUTHENTICATED);
      }
    }
  }

  @Test
  void takesNoBodyThatIsNotCalledJson() {
    byte[] body = "{\"content\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    for (Contract.Operation operation : withBody().toList()) {
      for (String type :
          List.of(
              "text/plain",
              "application/x-www-form-urlencoded",
              "multipart/form-data; boundary=x",
              "application/xml",
              "application/octet-stream",
              "text/json")) {
        Answer answer = ann.send(operation.method(), concrete(operation), type, body);
        contract.check(answer.isRefused(415, ErrorCode.MALFORMED));
      }
    }
  }

  @Test
  void takesNoBodyInAnotherCharset() {
    byte[] body = "{\"content\":\"x\"}".getBytes(StandardCharsets.UTF_16);
    for (String type :
        List.of("application/json; charset=UTF-16", "application/json; charset=nonsense")) {
      contract.check(
          ann.send("POST", path + "/messages", type, body).isRefused(415, ErrorCode.MALFORMED));
    }
    refused(ErrorCode.MALFORMED, ann.send("POST", path + "/messages", "application/json", body));
    ann.send(
            "POST",
            path + "/messages",
            "application/json; charset=utf-8",
            "{\"content\":\"ü\"}".getBytes(StandardCharsets.UTF_8))
        .isOk(201);
  }

  @Test
  void refusesBodiesThatAreNoJsonObject() {
    for (Contract.Operation operation : withBody().toList()) {
      for (String body :
          List.of(
              "[]",
              "1",
              "\"x\"",
              "null",
              "true",
              "{",
              "}",
              "{\"a\":1}{}",
              "{\"a\":1,}",
              "{a:1}",
              "{'a':1}",
              "// no\n{}",
              "{\"a\":NaN}",
              "{\"a\":01}",
              " ",
              "\uFEFF{}")) {
        refused(ErrorCode.MALFORMED, boss.send(operation.method(), concrete(operation), body));
      }
    }
  }

  @Test
  void refusesBodiesOverTheLimitHoweverTheyCome() {
    int limit = 65_536;
    byte[] fits = message(limit);
    byte[] over = message(limit + 1);
    String to = path + "/messages";
    assertThat(ann.send("POST", to, "application/json", fits).isOk(201).json().has("id")).isTrue();
    ann.sendChunked("POST", to, fits).isOk(201);
    refused(ErrorCode.TOO_LARGE, ann.send("POST", to, "application/json", over));
    refused(ErrorCode.TOO_LARGE, ann.sendChunked("POST", to, over));
    refused(ErrorCode.TOO_LARGE, ann.sendChunked("POST", to, message(900_000)));
    for (Contract.Operation operation : withBody().toList()) {
      refused(
          ErrorCode.TOO_LARGE,
          boss.send(operation.method(), concrete(operation), "application/json", over));
    }
  }

  /** A message whose body has exactly that many bytes. */
  private static byte[] message(int bytes) {
    String around = "{\"content\":\"\"}";
    String text = around.replace("\"\"", '"' + "x".repeat(bytes - around.length()) + '"');
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void answersLikeForWhatIsNotThereAndWhatIsHidden() {
    String hidden = fresh("hidden");
    ann.post("/api/channels", new JsonObject().put("channelId", hidden)).isOk(201);
    Api ben = server.user("ben");
    for (String below : List.of("", "/messages", "/members", "/presence", "/messages?limit=1")) {
      Answer there = refused(ErrorCode.FORBIDDEN, ben.get("/api/channels/" + hidden + below));
      Answer nothing = refused(ErrorCode.FORBIDDEN, ben.get("/api/channels/nothing" + below));
      assertThat(there.text()).isEqualTo(nothing.text());
    }
  }

  @Test
  void keepsWhatTheSystemMakesItselfFromHands() {
    for (String reserved : List.of("user:ann", "user:new", "org:demo", "org:new")) {
      refused(
          ErrorCode.FORBIDDEN,
          boss.post("/api/channels", new JsonObject().put("channelId", reserved)));
    }
    for (String kind : List.of("INBOX", "ANNOUNCEMENTS")) {
      refused(
          ErrorCode.FORBIDDEN,
          boss.post(
              "/api/channels", new JsonObject().put("channelId", fresh("x")).put("kind", kind)));
    }
    boss.post(
            "/api/notifications",
            new JsonObject().put("userId", "ann").put("type", "x").put("title", "y"))
        .isOk(201);
    for (String system : List.of("/api/channels/user:ann", "/api/channels/org:demo")) {
      for (Api caller : List.of(ann, boss)) {
        refused(
            ErrorCode.FORBIDDEN,
            caller.post(system + "/messages", new JsonObject().put("content", "x")));
        refused(ErrorCode.FORBIDDEN, caller.patch(system, new JsonObject().put("title", "x")));
        refused(ErrorCode.FORBIDDEN, caller.delete(system));
        refused(ErrorCode.FORBIDDEN, caller.post(system + "/members", new JsonObject()));
      }
    }
    refused(ErrorCode.FORBIDDEN, boss.get("/api/channels/user:ann/messages"));
    refused(ErrorCode.FORBIDDEN, server.user("ben").get("/api/channels/user:ann/messages"));
  }

  @Test
  void refusesParametersThatAreOutOfTheirRange() {
    for (String query :
        List.of(
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=",
            "limit=-1",
            "limit=1e3",
            "before=-1",
            "before=x",
            "before=99999999999999999999",
            "after=x",
            "before=1&after=1")) {
      refused(ErrorCode.MALFORMED, ann.get(path + "/messages?" + query));
    }
    for (String query : List.of("limit=0", "limit=201", "after=%20x", "after=%00")) {
      refused(ErrorCode.MALFORMED, ann.get("/api/channels?" + query));
      refused(ErrorCode.MALFORMED, ann.get(path + "/members?" + query));
    }
    for (String query : List.of("unread=1", "unread=yes", "limit=0", "before=x")) {
      refused(ErrorCode.MALFORMED, ann.get("/api/notifications?" + query));
    }
    refused(ErrorCode.MALFORMED, ann.get("/api/lists/todos/todos?limit=1001"));
    refused(ErrorCode.MALFORMED, ann.get("/api/lists/todos/todos?after=-1"));
    refused(ErrorCode.MALFORMED, ann.delete(path + "/messages/x?version=x"));
    refused(ErrorCode.MALFORMED, boss.get("/api/keys?after=%2F"));
  }

  @Test
  void refusesNamesThatNoChannelCanHave() {
    for (String name : List.of("%20x", "x%20", "x%0Ay", "%7F", "e%CC%81", "x".repeat(201))) {
      refused(ErrorCode.MALFORMED, ann.get("/api/channels/" + name));
    }
    for (String name : List.of("", " x", "x\n", "e\u0301", ".", "..", "x".repeat(201))) {
      refused(
          ErrorCode.MALFORMED, ann.post("/api/channels", new JsonObject().put("channelId", name)));
    }
  }

  @Test
  void refusesLinksThatABrowserWouldRun() {
    for (String url :
        List.of(
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil.example",
            "http:x",
            "https://",
            "ftp://x/y",
            "x",
            "\\\\x",
            "java\nscript:x",
            " /x")) {
      refused(
          ErrorCode.MALFORMED,
          boss.post(
              "/api/announcements",
              new JsonObject().put("type", "x").put("title", "y").put("url", url)));
    }
  }

  @Test
  void answersUnknownPathsAndMethodsInTheCommonShape() {
    ann.get("/api/nosuch").isRefused(ErrorCode.NOT_FOUND);
    ann.get("/api").isRefused(ErrorCode.NOT_FOUND);
    ann.get("/api/application.wadl").isRefused(ErrorCode.NOT_FOUND);
    ann.get("/nosuch").isRefused(ErrorCode.NOT_FOUND);
    Answer wrong = ann.send("PUT", "/api/channels", "{}").isRefused(405, ErrorCode.MALFORMED);
    assertThat(wrong.header("Allow")).contains("GET", "POST");
    ann.send("POST", "/health/live").isRefused(405, ErrorCode.MALFORMED);
  }
}
