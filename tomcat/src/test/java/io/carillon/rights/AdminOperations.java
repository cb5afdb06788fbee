package io.carillon.rights;

import static io.carillon.rights.Operation.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The routes of the administration, asked for in one channel and about one account. */
final class AdminOperations {
  private static final String BASE = "/api/admin";
  private static final String CHANNEL = BASE + "/channels/{channel}";
  private static final String USER = BASE + "/users/{userId}";
  private static final String MEMBER = "carol"; // of the demonstration's channels
  private static final Map<String, Object> NOTHING = Map.of();

  private AdminOperations() {}

  static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    all.addAll(channels());
    all.addAll(members());
    all.addAll(users());
    all.addAll(messages());
    all.addAll(keys());
    all.addAll(server());
    return all;
  }

  private static Function<Visit, Reply> asking(Map<String, Object> body, String... parameters) {
    return visit -> visit.askOfShared(body, parameters);
  }

  /** An admin's request about the same channel. */
  private static void root(Visit visit, String method, String path, Map<String, Object> body) {
    visit.world().root(method, BASE + "/channels/" + World.SHARED + path, body);
  }

  private static List<Operation> channels() {
    return List.of(
        route("GET " + BASE + "/channels", Rule.ADMINISTRATORS, 200, asking(null)),
        route(
            "POST " + BASE + "/channels",
            Rule.CHANNEL_MANAGERS,
            201,
            visit -> visit.ask(Map.of("channelId", visit.text()))),
        route("GET " + CHANNEL, Rule.ADMINISTRATORS_HERE, 200, asking(null)),
        route(
            "PATCH " + CHANNEL,
            Rule.CHANNEL_MANAGERS_HERE,
            200,
            asking(Map.of("title", "General"))),
        route(
            "POST " + BASE + "/bulk/channels",
            Rule.CHANNEL_MANAGERS,
            200,
            asking(Map.of("action", "ARCHIVE", "dryRun", true, "channelIds", List.of()))),
        route("GET " + CHANNEL + "/statistics", Rule.ADMINISTRATORS_HERE, 200, asking(null)));
  }

  private static List<Operation> members() {
    String members = CHANNEL + "/members";
    String member = members + "/{userId}";
    String ban = CHANNEL + "/bans/{userId}";
    return List.of(
        route("GET " + members, Rule.ADMINISTRATORS_HERE, 200, asking(null)),
        route(
                "POST " + members,
                Rule.CHANNEL_MANAGERS_HERE,
                201,
                asking(Map.of("userId", World.GUEST)))
            .undone(visit -> root(visit, "DELETE", "/members/" + World.GUEST, null)),
        route("PATCH " + member, Rule.ORDER_KEEPERS, 200, asking(World.mute(), "userId", MEMBER))
            .named("muting")
            .undone(visit -> root(visit, "PATCH", "/members/" + MEMBER, World.unmute())),
        route(
                "PATCH " + member,
                Rule.CHANNEL_MANAGERS_HERE,
                200,
                asking(Map.of("role", "READER"), "userId", MEMBER))
            .named("a role")
            .undone(visit -> root(visit, "PATCH", "/members/" + MEMBER, Map.of("role", "WRITER"))),
        route("DELETE " + member, Rule.ORDER_KEEPERS, 204, asking(null, "userId", MEMBER))
            .undone(visit -> root(visit, "POST", "/members", Map.of("userId", MEMBER))),
        route("GET " + CHANNEL + "/bans", Rule.ADMINISTRATORS_HERE, 200, asking(null)),
        route("PUT " + ban, Rule.ORDER_KEEPERS, 204, asking(null, "userId", World.GUEST))
            .undone(visit -> root(visit, "DELETE", "/bans/" + World.GUEST, null)),
        route(
            "DELETE " + ban,
            Rule.ORDER_KEEPERS,
            204,
            visit -> {
              if (visit.isAllowed()) {
                root(visit, "PUT", "/bans/" + World.VICTIM, null);
              }
              return visit.askOfShared(null, "userId", World.VICTIM);
            }));
  }

  private static List<Operation> messages() {
    String messages = CHANNEL + "/messages";
    String message = messages + "/{messageId}";
    return List.of(
        route("GET " + messages, Rule.ORDER_KEEPERS, 200, asking(null)),
        route(
            "PATCH " + message,
            Rule.ORDER_KEEPERS,
            200,
            visit ->
                visit.askOfShared(Map.of("content", visit.text()), "messageId", target(visit))),
        route(
            "DELETE " + message,
            Rule.ORDER_KEEPERS,
            200,
            visit -> visit.askOfShared(null, "messageId", target(visit))));
  }

  /** A message that the visitor did not write. */
  private static String target(Visit visit) {
    return visit
        .world()
        .http()
        .send(
            "POST",
            "/api/channels/" + World.SHARED + "/messages",
            visit.world().peerToken(),
            Map.of("content", visit.world().freshText("target")))
        .orFail("a target")
        .text("id");
  }

  private static List<Operation> keys() {
    String key = BASE + "/keys/{id}";
    return List.of(
        route("GET " + BASE + "/keys", Rule.ACCOUNT_KEEPERS, 200, asking(null)),
        route("POST " + BASE + "/keys", Rule.ACCOUNT_KEEPERS, 201, asking(Map.of("name", "more"))),
        route(
            "POST " + key + "/rotate",
            Rule.ACCOUNT_KEEPERS_HERE,
            200,
            visit -> visit.askOfShared(NOTHING, "id", visit.world().spareKeyId())),
        route(
            "DELETE " + key,
            Rule.ACCOUNT_KEEPERS_HERE,
            204,
            visit -> visit.askOfShared(null, "id", visit.world().spareKeyId())));
  }

  private static List<Operation> users() {
    String unlock = USER.replace("{userId}", World.GUEST) + "/lock";
    return List.of(
        route("GET " + BASE + "/users", Rule.ADMINISTRATORS, 200, asking(null)),
        route(
            "POST " + BASE + "/users",
            Rule.ACCOUNT_KEEPERS,
            201,
            visit ->
                visit.ask(
                    Map.of("userId", visit.world().freshText("made"), "password", "long enough"))),
        route("GET " + USER, Rule.ADMINISTRATORS_OF_USER, 200, asking(null, "userId", "alice")),
        route(
            "PATCH " + USER,
            Rule.ACCOUNT_KEEPERS_HERE,
            200,
            asking(Map.of("name", "A guest"), "userId", World.GUEST)),
        route(
                "PUT " + USER + "/lock",
                Rule.ACCOUNT_KEEPERS_HERE,
                204,
                asking(null, "userId", World.GUEST))
            .undone(visit -> visit.world().root("DELETE", unlock, null)),
        route(
            "DELETE " + USER + "/lock",
            Rule.ACCOUNT_KEEPERS_HERE,
            204,
            asking(null, "userId", World.GUEST)),
        route(
            "PUT " + USER + "/password",
            Rule.ACCOUNT_KEEPERS_HERE,
            204,
            asking(Map.of("password", "long enough"), "userId", World.GUEST)),
        route(
            "POST " + USER + "/sign-out",
            Rule.ACCOUNT_KEEPERS_HERE,
            204,
            asking(NOTHING, "userId", World.GUEST)));
  }

  private static List<Operation> server() {
    return List.of(
        route("GET " + BASE + "/overview", Rule.ADMINISTRATORS, 200, asking(null)),
        route("GET " + BASE + "/overview/events", Rule.ADMINISTRATORS, 200, asking(null)),
        route(
            "GET " + BASE + "/explain",
            Rule.ADMINISTRATORS,
            200,
            visit -> visit.askAt("?userId=alice&channel=random&action=READ", null)),
        route("GET " + BASE + "/settings", Rule.SERVER_KEEPERS, 200, asking(null)),
        route("GET " + BASE + "/nodes", Rule.OBSERVERS, 200, asking(null)),
        route("GET " + BASE + "/audit", Rule.OBSERVERS, 200, asking(null)),
        route("GET " + BASE + "/audit/export", Rule.OBSERVERS, 200, asking(null)),
        route("GET " + BASE + "/audit/check", Rule.OBSERVERS, 200, asking(null)));
  }
}
