package io.carillon.check.rest;

import static io.carillon.check.rest.Api.segment;
import static io.carillon.check.rest.RestServer.fresh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.domain.error.ErrorCode;
import io.carillon.json.JsonObject;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each route does what it is for, and answers as the OpenAPI document says. */
@ExtendWith(RestServer.Extension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RoutesIT {
  private static RestServer server;
  private static Contract contract;
  private static Api ann;
  private static Api ben;
  private static Api boss;

  @BeforeAll
  static void open(RestServer shared) {
    server = shared;
    contract = shared.contract();
    ann = shared.user("ann");
    ben = shared.user("ben");
    boss = shared.admin("boss");
  }

  private static JsonObject json(Object... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  private static Answer ok(int status, Answer answer) {
    return contract.check(answer.isOk(status));
  }

  private static Answer refused(ErrorCode code, Answer answer) {
    return contract.check(answer.isRefused(code));
  }

  private static String channel(String kind, String visibility) {
    String name = fresh("routes");
    ok(
        201,
        ann.post("/api/channels", json("channelId", name, "kind", kind, "visibility", visibility)));
    return name;
  }

  @Test
  void logsInAndOutWithTokensAndTickets() {
    Answer login =
        ok(200, server.anybody().post("/api/login", json("userId", "alice", "password", "alice")));
    Api alice = server.bearer(login.string("token"));
    assertThat(ok(200, alice.get("/api/me")).string("id")).isEqualTo("alice");
    assertThat(ok(201, alice.send("POST", "/api/tickets")).string("ticket")).isNotBlank();
    Api renewed = server.bearer(ok(200, alice.send("POST", "/api/me/token")).string("token"));
    ok(200, renewed.get("/api/me"));
    ok(204, renewed.send("POST", "/api/logout"));
    refused(ErrorCode.UNAUTHENTICATED, renewed.get("/api/me"));
  }

  @Test
  void makesListsChangesAndArchivesChannels() {
    String name = fresh("Käse/Brot 50%\\;?#&+=");
    Answer made =
        ok(
            201,
            ann.post(
                "/api/channels",
                json(
                    "channelId",
                    name,
                    "visibility",
                    "PUBLIC",
                    "title",
                    "Käse",
                    "topic",
                    "über Brot",
                    "policy",
                    json("history", "P30D", "publish", "MEMBERS", "slowModeSeconds", 5))));
    assertThat(made.string("role")).isEqualTo("OWNER");
    assertThat(made.json().object("policy").orElseThrow().string("history")).contains("P30D");
    String path = "/api/channels/" + segment(name);
    assertThat(ok(200, ben.get(path)).string("channelId")).isEqualTo(name);
    Answer changed =
        ok(
            200,
            ann.patch(
                path, json("title", "Brot", "policy", json("history", "NONE"), "kind", "LIST")));
    assertThat(changed.string("title")).isEqualTo("Brot");
    assertThat(changed.string("topic")).isEqualTo("über Brot");
    assertThat(changed.string("kind")).isEqualTo("CHAT");
    JsonObject policy = changed.json().object("policy").orElseThrow();
    assertThat(policy.string("history")).contains("NONE");
    assertThat(policy.string("publish")).contains("MEMBERS");
    assertThat(policy.whole("slowModeSeconds")).hasValue(5);
    refused(ErrorCode.CONFLICT, ben.post("/api/channels", json("channelId", name)));
    ok(204, ann.delete(path));
    ok(204, ann.delete(path));
    assertThat(ok(200, ben.get(path)).json().bool("archived")).contains(true);
    refused(ErrorCode.ARCHIVED, ann.post(path + "/messages", json("content", "late")));
    assertThat(ok(200, ann.patch(path, json("archived", false))).json().bool("archived"))
        .contains(false);
  }

  @Test
  void listsChannelsInPages() {
    String prefix = fresh("pages");
    for (String end : new String[] {"c", "a", "b"}) {
      ok(201, ann.post("/api/channels", json("channelId", prefix + end)));
    }
    Answer first = ok(200, ann.get("/api/channels?limit=2&after=" + segment(prefix)));
    assertThat(first.list("channels"))
        .extracting(channel -> channel.requireString("channelId"))
        .containsExactly(prefix + "a", prefix + "b");
    assertThat(first.json().bool("hasMore")).contains(true);
    Answer second = ok(200, ann.get("/api/channels?limit=1&after=" + segment(prefix + "b")));
    assertThat(second.list("channels"))
        .extracting(channel -> channel.requireString("channelId"))
        .containsExactly(prefix + "c");
    assertThat(ok(200, ben.get("/api/channels?limit=200&after=" + segment(prefix))).text())
        .doesNotContain(prefix); // private ones of somebody else
  }

  @Test
  void addsChangesMutesAndRemovesMembers() {
    String path = "/api/channels/" + channel("CHAT", "PRIVATE");
    refused(ErrorCode.FORBIDDEN, ben.post(path + "/messages", json("content", "outside")));
    Answer added = ok(201, ann.post(path + "/members", json("userId", "ben", "role", "MODERATOR")));
    assertThat(added.string("role")).isEqualTo("MODERATOR");
    refused(ErrorCode.CONFLICT, ann.post(path + "/members", json("userId", "ben")));
    ok(201, ben.post(path + "/messages", json("content", "inside")));
    assertThat(ok(200, ben.get(path + "/members")).list("members"))
        .extracting(member -> member.requireString("userId"))
        .containsExactly("ann", "ben");
    Answer page = ok(200, ben.get(path + "/members?limit=1&after=ann"));
    assertThat(page.list("members")).hasSize(1);
    assertThat(page.json().bool("hasMore")).contains(false);
    String muted = "2096-05-04T03:02:01.000Z";
    assertThat(
            ok(200, ann.patch(path + "/members/ben", json("mutedUntil", muted)))
                .string("mutedUntil"))
        .isEqualTo(muted);
    refused(ErrorCode.FORBIDDEN, ben.post(path + "/messages", json("content", "muted")));
    Answer freed =
        ok(200, ann.patch(path + "/members/ben", json("role", "READER", "mutedUntil", null)));
    assertThat(freed.string("role")).isEqualTo("READER");
    assertThat(freed.json().get("mutedUntil")).isNull();
    refused(ErrorCode.FORBIDDEN, ben.post(path + "/messages", json("content", "reader")));
    ok(204, ben.delete(path + "/members/ben")); // leaves
    refused(ErrorCode.FORBIDDEN, ben.get(path + "/messages"));
    refused(ErrorCode.NOT_FOUND, ann.delete(path + "/members/ben"));
    refused(ErrorCode.CONFLICT, ann.delete(path + "/members/ann")); // the last owner
  }

  @Test
  void letsAnybodyJoinAPublicChannel() {
    String path = "/api/channels/" + channel("CHAT", "PUBLIC");
    assertThat(ok(201, ben.post(path + "/members", json())).string("userId")).isEqualTo("ben");
    refused(ErrorCode.FORBIDDEN, ben.post(path + "/members", json("userId", "cleo")));
  }

  @Test
  void sendsEditsAndDeletesMessages() {
    String name = channel("CHAT", "PUBLIC");
    String path = "/api/channels/" + name + "/messages";
    JsonObject message = json("content", "hello\r\n\u0000 \uD83D\uDE00", "clientId", "c-1");
    Answer sent = ok(201, ann.post(path, message));
    assertThat(sent.string("content")).isEqualTo("hello\r\n\u0000 \uD83D\uDE00");
    assertThat(sent.string("authorId")).isEqualTo("ann");
    assertThat(sent.json().whole("offset")).hasValue(1);
    assertThat(sent.string("position")).endsWith("-1");
    Answer again = ok(200, ann.post(path, message));
    assertThat(again.string("id")).isEqualTo(sent.string("id"));
    assertThat(again.string("position")).isEqualTo(sent.string("position"));
    Answer event =
        ok(201, ben.post(path, json("name", "moved", "payload", json("x", 1, "y", 2.5))));
    assertThat(event.json().object("payload").orElseThrow().whole("x")).hasValue(1);

    String one = path + '/' + sent.string("id");
    Answer edited = ok(200, ann.patch(one, json("content", "hello again", "version", 1)));
    assertThat(edited.json().whole("version")).hasValue(2);
    assertThat(edited.json().whole("offset")).hasValue(1);
    assertThat(edited.json().whole("revision")).hasValue(3);
    assertThat(edited.string("position")).endsWith("-3");
    Answer stale = refused(ErrorCode.CONFLICT, ann.patch(one, json("content", "x", "version", 1)));
    assertThat(stale.json().object("current").orElseThrow().string("content"))
        .contains("hello again");
    refused(ErrorCode.FORBIDDEN, ben.patch(one, json("content", "not mine")));
    refused(ErrorCode.FORBIDDEN, ben.delete(one));
    refused(ErrorCode.CONFLICT, ann.delete(one + "?version=1"));
    Answer deleted = ok(200, ann.delete(one + "?version=2"));
    assertThat(deleted.json().bool("deleted")).contains(true);
    assertThat(deleted.text()).doesNotContain("hello");
    refused(ErrorCode.NOT_FOUND, ann.patch(path + "/nothing", json("content", "x")));
    refused(ErrorCode.NOT_FOUND, ann.patch(one, json("content", "x")));
  }

  @Test
  void passesOnWhatAChannelDoesNotKeep() {
    String path = "/api/channels/" + channel("EPHEMERAL", "PUBLIC");
    Answer sent = ok(201, ben.post(path + "/messages", json("name", "tick", "payload", 1)));
    assertThat(sent.json().has("position")).isFalse();
    assertThat(ok(200, ben.get(path + "/messages")).list("messages")).isEmpty();
  }

  @Test
  void pagesThroughHistoryBothWays() {
    String name = channel("CHAT", "PUBLIC");
    String path = "/api/channels/" + name + "/messages";
    for (int i = 1; i <= 5; i++) {
      ok(201, ann.post(path, json("content", "m" + i)));
    }
    Answer latest = ok(200, ben.get(path + "?limit=2"));
    assertThat(contents(latest)).containsExactly("m4", "m5");
    assertThat(latest.json().bool("hasMore")).contains(true);
    Answer before = ok(200, ben.get(path + "?before=4&limit=5"));
    assertThat(contents(before)).containsExactly("m1", "m2", "m3");
    assertThat(before.json().bool("hasMore")).contains(false);
    Answer after = ok(200, ben.get(path + "?after=1&limit=3"));
    assertThat(contents(after)).containsExactly("m2", "m3", "m4");
    assertThat(after.json().bool("hasMore")).contains(true);
    assertThat(after.string("position")).endsWith("-5");
  }

  private static java.util.List<String> contents(Answer page) {
    return page.list("messages").stream().map(m -> m.requireString("content")).toList();
  }

  @Test
  void countsWhatIsUnreadAndMovesTheMark() {
    String name = channel("CHAT", "PUBLIC");
    String path = "/api/channels/" + name;
    for (int i = 0; i < 3; i++) {
      ok(201, ann.post(path + "/messages", json("content", "m")));
    }
    assertThat(ok(200, ben.get(path)).json().whole("unread")).hasValue(3);
    ok(204, ben.post(path + "/read", json("offset", 2)));
    Answer read = ok(200, ben.get(path));
    assertThat(read.json().whole("unread")).hasValue(1);
    assertThat(read.json().whole("lastReadOffset")).hasValue(2);
    ok(204, ben.post(path + "/read", json("offset", 1))); // never back
    assertThat(ok(200, ben.get(path)).json().whole("lastReadOffset")).hasValue(2);
    assertThat(ok(200, ann.get(path)).json().whole("unread")).hasValue(0); // all my own
  }

  @Test
  void notifiesAndTellsHowFarAUserHasDealtWithIt() {
    String user = fresh("user");
    Api reader = server.user(user);
    assertThat(ok(200, reader.get("/api/notifications")).list("notifications")).isEmpty();
    JsonObject notice =
        json(
            "userId",
            user,
            "type",
            "invoice",
            "title",
            "Invoice 7",
            "message",
            "is due",
            "url",
            "https://portal.example/7",
            "clientId",
            "n-1");
    Answer sent = ok(201, boss.post("/api/notifications", notice));
    assertThat(ok(200, boss.post("/api/notifications", notice)).string("id"))
        .isEqualTo(sent.string("id"));
    for (int i = 0; i < 3; i++) {
      ok(
          201,
          boss.post("/api/notifications", json("userId", user, "type", "x", "title", "No. " + i)));
    }
    assertThat(ok(200, reader.get("/api/notifications/count")).json().whole("unread")).hasValue(4);
    Answer page = ok(200, reader.get("/api/notifications?limit=2"));
    assertThat(page.list("notifications"))
        .extracting(n -> n.requireString("title"))
        .containsExactly("No. 2", "No. 1");
    long next = page.json().whole("before").orElseThrow();
    assertThat(
            ok(200, reader.get("/api/notifications?limit=2&before=" + next)).list("notifications"))
        .extracting(n -> n.requireString("title"))
        .containsExactly("No. 0", "Invoice 7");

    String one = "/api/notifications/" + sent.string("id");
    assertThat(ok(200, reader.patch(one, json("seen", true))).string("state")).isEqualTo("SEEN");
    assertThat(ok(200, reader.patch(one, json("acknowledged", true))).string("state"))
        .isEqualTo("ACKNOWLEDGED");
    Answer lower = ok(200, reader.patch(one, json("seen", true)));
    assertThat(lower.string("state")).isEqualTo("ACKNOWLEDGED");
    refused(ErrorCode.NOT_FOUND, server.user(fresh("user")).patch(one, json("read", true)));

    assertThat(ok(200, reader.get("/api/notifications?unread=true")).list("notifications"))
        .hasSize(3)
        .allSatisfy(n -> assertThat(n.bool("read")).contains(false));
    assertThat(ok(200, reader.send("POST", "/api/notifications/read-all")).json().whole("marked"))
        .hasValue(3);
    assertThat(ok(200, reader.get("/api/notifications/count")).json().whole("unread")).hasValue(0);
    assertThat(ok(200, reader.get("/api/notifications?unread=true")).list("notifications"))
        .isEmpty();
  }

  @Test
  void marksMoreThanABatchAsRead() {
    String user = fresh("user");
    for (int i = 0; i < 203; i++) {
      boss.post("/api/notifications", json("userId", user, "type", "x", "title", "t")).isOk(201);
    }
    Api reader = server.user(user);
    assertThat(ok(200, reader.send("POST", "/api/notifications/read-all")).json().whole("marked"))
        .hasValue(203);
    assertThat(ok(200, reader.get("/api/notifications/count")).json().whole("unread")).hasValue(0);
  }

  @Test
  void announcesToTheWholeOrganization() {
    String title = fresh("announcement");
    Answer sent = ok(201, boss.post("/api/announcements", json("type", "info", "title", title)));
    Answer listed = ok(200, ben.get("/api/announcements?limit=1"));
    assertThat(listed.list("announcements"))
        .extracting(n -> n.requireString("id"))
        .containsExactly(sent.string("id"));
    Api elsewhere = server.userOf("elsewhere", "ben", "OWNER");
    assertThat(ok(200, elsewhere.get("/api/announcements")).list("announcements")).isEmpty();
    refused(ErrorCode.FORBIDDEN, ben.post("/api/announcements", json("type", "x", "title", "y")));
  }

  @Test
  void keepsAList() {
    String path = "/api/lists/" + channel("LIST", "PUBLIC") + "/todos";
    JsonObject item = json("text", "milk", "clientId", "t-1");
    Answer made = ok(201, ann.post(path, item));
    assertThat(made.json().bool("completed")).contains(false);
    assertThat(ok(200, ann.post(path, item)).string("id")).isEqualTo(made.string("id"));
    String one = path + '/' + made.string("id");
    Answer done = ok(200, ben.patch(one, json("completed", true, "version", 1)));
    assertThat(done.string("text")).isEqualTo("milk");
    assertThat(done.json().whole("version")).hasValue(2);
    Answer stale = refused(ErrorCode.CONFLICT, ann.patch(one, json("text", "tea", "version", 1)));
    JsonObject current = stale.json().object("current").orElseThrow();
    assertThat(current.bool("completed")).contains(true);
    assertThat(current.whole("version")).hasValue(2);
    ok(200, ann.patch(one, json("text", "tea"))); // the last write wins
    Answer other = ok(201, ben.post(path, json("text", "bread")));
    Answer listed = ok(200, ben.get(path));
    assertThat(listed.list("todos"))
        .extracting(todo -> todo.requireString("text"))
        .containsExactly("tea", "bread");
    Answer page = ok(200, ben.get(path + "?limit=1"));
    assertThat(page.json().bool("hasMore")).contains(true);
    long next = page.json().whole("after").orElseThrow();
    assertThat(ok(200, ben.get(path + "?after=" + next)).list("todos"))
        .extracting(todo -> todo.requireString("id"))
        .containsExactly(other.string("id"));
    refused(ErrorCode.CONFLICT, ben.delete(one + "?version=1"));
    ok(204, ben.delete(one));
    assertThat(ok(200, ben.get(path)).list("todos")).hasSize(1);
    refused(ErrorCode.NOT_FOUND, ben.patch(one, json("text", "gone")));
    String chat = channel("CHAT", "PUBLIC");
    refused(ErrorCode.NOT_FOUND, ben.get("/api/lists/" + chat + "/todos"));
  }

  @Test
  void followsTheListsOwnRuleForConflicts() {
    String name = fresh("last");
    ok(
        201,
        ann.post(
            "/api/channels",
            json(
                "channelId",
                name,
                "kind",
                "LIST",
                "visibility",
                "PUBLIC",
                "policy",
                json("conflicts", "LAST_WRITE_WINS"))));
    String path = "/api/lists/" + name + "/todos";
    String one = path + '/' + ok(201, ann.post(path, json("text", "a"))).string("id");
    ok(200, ann.patch(one, json("text", "b", "version", 1)));
    assertThat(ok(200, ben.patch(one, json("text", "c", "version", 1))).string("text"))
        .isEqualTo("c");
  }

  @Test
  void tellsWhoIsThere() {
    Answer asked =
        ok(200, ann.post("/api/presence/query", json("userIds", java.util.List.of("ann", "ben"))));
    assertThat(asked.list("users"))
        .extracting(user -> user.requireString("userId"))
        .containsExactly("ann", "ben");
    ok(200, ann.get("/api/channels/general/presence"));
  }

  @Test
  void listsTheNodes() {
    JsonObject node =
        await()
            .until(() -> ok(200, boss.get("/api/admin/nodes")).list("nodes"), n -> n.size() == 1)
            .get(0);
    assertThat(node.requireString("state")).isEqualTo("UP");
    assertThat(node.requireString("id")).isEqualTo(node.requireString("run")).hasSize(32);
    assertThat(node.requireString("version")).isNotBlank();
    assertThat(Instant.parse(node.requireString("startedAt"))).isBeforeOrEqualTo(Instant.now());
    assertThat(Instant.parse(node.requireString("seenAt"))).isBeforeOrEqualTo(Instant.now());
    refused(ErrorCode.FORBIDDEN, ann.get("/api/admin/nodes"));
  }

  @Test
  void makesUsesAndEndsApiKeys() {
    Answer made = ok(201, boss.post("/api/keys", json("name", "billing")));
    Api program = server.bearer(made.string("key"));
    assertThat(ok(200, program.get("/api/me")).string("kind")).isEqualTo("API_KEY");
    String user = fresh("user");
    ok(201, program.post("/api/notifications", json("userId", user, "type", "x", "title", "y")));
    ok(201, program.post("/api/announcements", json("type", "x", "title", "y")));
    String name = fresh("by-a-program");
    assertThat(
            ok(201, program.post("/api/channels", json("channelId", name))).json().bool("member"))
        .contains(false);
    ok(201, program.post("/api/channels/" + name + "/members", json("userId", user)));
    ok(201, program.post("/api/channels/" + name + "/messages", json("content", "hi")));
    assertThat(ok(200, program.get("/api/channels?limit=1&after=by-")).list("channels"))
        .extracting(channel -> channel.requireString("channelId"))
        .containsExactly(name);
    refused(ErrorCode.FORBIDDEN, program.get("/api/notifications"));
    refused(ErrorCode.FORBIDDEN, program.get("/api/notifications/count"));
    refused(ErrorCode.FORBIDDEN, program.send("POST", "/api/notifications/read-all"));
    refused(ErrorCode.FORBIDDEN, program.post("/api/keys", json("name", "another")));
    refused(ErrorCode.FORBIDDEN, program.get("/api/keys"));
    refused(ErrorCode.FORBIDDEN, ann.post("/api/keys", json("name", "mine")));
    assertThat(ok(200, boss.get("/api/keys")).text())
        .contains(made.string("id"))
        .doesNotContain(made.string("key"));
    Api stranger = server.userOf("elsewhere", "boss", "ADMIN");
    refused(ErrorCode.NOT_FOUND, stranger.delete("/api/keys/" + made.string("id")));
    ok(204, boss.delete("/api/keys/" + made.string("id")));
    await().untilAsserted(() -> refused(ErrorCode.UNAUTHENTICATED, program.get("/api/me")));
    refused(ErrorCode.NOT_FOUND, boss.delete("/api/keys/" + made.string("id")));
  }

  @Test
  void locksAndUnlocksAccounts() {
    String user = fresh("locked");
    Api locked = server.userOf("demo", user, "MEMBER");
    ok(200, locked.get("/api/me"));
    String lock = "/api/users/" + user + "/lock";
    refused(ErrorCode.FORBIDDEN, ann.send("PUT", lock));
    refused(ErrorCode.NOT_FOUND, boss.send("PUT", "/api/users/nobody-of-that-name/lock"));
    ok(204, boss.send("PUT", lock));
    ok(204, boss.send("PUT", lock));
    refused(ErrorCode.UNAUTHENTICATED, locked.get("/api/me"));
    ok(204, boss.delete(lock));
    ok(200, locked.get("/api/me"));
    Api chief = server.userOf("demo", fresh("chief"), "OWNER");
    String ofChief = "/api/users/" + ok(200, chief.get("/api/me")).string("id") + "/lock";
    refused(ErrorCode.FORBIDDEN, boss.send("PUT", ofChief));
    refused(ErrorCode.CONFLICT, chief.send("PUT", ofChief));
  }

  @Test
  void tellsOperatorsHowItDoes() {
    Api anybody = server.anybody();
    assertThat(ok(200, anybody.get("/health/live")).string("status")).isEqualTo("UP");
    Answer ready = ok(200, anybody.get("/health/ready"));
    assertThat(ready.list("checks"))
        .extracting(check -> check.requireString("name"))
        .containsExactly("database", "bus", "accepting");
    assertThat(ok(200, anybody.get("/metrics")).text())
        .contains(
            "carillon_refusals_total{code=\"FORBIDDEN\"}",
            "carillon_database_connections_max 16.0",
            "carillon_database_connections_active ",
            "jvm_memory_used_bytes",
            "jvm_gc_");
    ok(200, anybody.get("/openapi"));
  }

  /** Streams are tested where they can be read; everything else must have succeeded above. */
  @Test
  @Order(Integer.MAX_VALUE)
  void leavesNoRouteOut() {
    Set<String> expected =
        contract.operations().stream()
            .filter(operation -> !operation.hasTag("Streams"))
            .filter(operation -> !operation.hasTag("Administration")) // AdminApiIT has them
            .map(Contract.Operation::id)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(contract.succeeded()).containsAll(expected);
    assertThat(expected).hasSizeGreaterThan(35);
  }
}
