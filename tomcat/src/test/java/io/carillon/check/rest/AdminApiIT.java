package io.carillon.check.rest;

import static io.carillon.check.rest.Api.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.TestNode;
import io.carillon.check.rest.AdminClient.Reply;
import io.carillon.check.wire.Wire;
import io.carillon.stream.EventStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The administration's routes, as the console uses them. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AdminApiIT {
  private static final String BASE = "/api/admin";

  @TempDir static Path folder;
  private static TestNode node;
  private static Contract contract;

  @BeforeAll
  static void start() {
    node = TestNode.onH2(folder, Map.of("CARILLON_DEMO", "true"));
    contract = Contract.of(api("").get("/openapi").text());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static Api api(String credential) {
    return new Api(node.address().getPort(), credential);
  }

  private static AdminClient bearer(String credential) {
    return new AdminClient(api(credential), contract);
  }

  private static AdminClient client(String organization, String user, String role) {
    AdminClient client = bearer(TestNode.caller(node.address(), organization, user, role).token());
    client.get("/api/me").ok(); // the account is made on first sight
    return client;
  }

  private static AdminClient login(String user, String password) {
    Reply session =
        bearer("none")
            .send("POST", "/api/login", Map.of("userId", user, "password", password))
            .ok();
    return bearer((String) session.get("token"));
  }

  @Test
  void tellsTheCallersRights() {
    assertThat((List<?>) client("one", "ann", "MEMBER").get("/api/me").get("adminRights"))
        .isEmpty();
    Reply moderator = client("one", "mo", "MODERATOR").get("/api/me").ok();
    assertThat(moderator.get("role")).isEqualTo("MODERATOR");
    assertThat(moderator.get("operatesServer")).isEqualTo(false);
    assertThat(moderator.json().get("adminRights").toString())
        .contains("MEMBERS_MODERATE")
        .doesNotContain("CHANNELS_MANAGE");
    assertThat(client("one", "op", "OPERATOR").get("/api/me").get("adminRights").toString())
        .contains("CONNECTIONS_CLOSE")
        .doesNotContain("NODES_DRAIN"); // another organization operates the server
    assertThat(client("demo", "op", "OPERATOR").get("/api/me").get("adminRights").toString())
        .contains("NODES_DRAIN");
  }

  @Test
  void findsChannelsPageByPage() {
    AdminClient admin = client("pages", "ada", "ADMIN");
    for (int i = 0; i < 7; i++) {
      String kind = i % 2 == 0 ? "CHAT" : "EPHEMERAL";
      Map<String, Object> body =
          Map.of(
              "channelId",
              "team/" + i,
              "kind",
              kind,
              "title",
              "Team No " + i,
              "visibility",
              i < 3 ? "PUBLIC" : "PRIVATE",
              "owners",
              List.of("ann", "ada"));
      assertThat(admin.send("POST", BASE + "/channels", body).code()).isEqualTo("201");
    }
    List<Object> names = new ArrayList<>();
    Reply page = admin.get(BASE + "/channels?limit=3&sort=-createdAt&q=no").ok();
    assertThat(page.get("total")).isEqualTo(7L);
    while (true) {
      page.items().forEach(item -> names.add(item.get("channelId")));
      if (page.get("next") == null) {
        break;
      }
      page =
          admin.get(BASE + "/channels?limit=3&sort=-createdAt&q=no&after=" + page.get("next")).ok();
      assertThat(page.get("total")).isNull();
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "team/0", "team/1", "team/2", "team/3", "team/4", "team/5", "team/6");
    assertThat(admin.get(BASE + "/channels?kind=EPHEMERAL&visibility=PUBLIC").items())
        .extracting(item -> item.get("channelId"))
        .containsExactly("team/1");
    assertThat(admin.get(BASE + "/channels?q=team/4&match=prefix").items()).hasSize(1);
    assertThat(admin.get(BASE + "/channels?q=%25").items()).isEmpty();
    assertThat(admin.get(BASE + "/channels?sort=size").code()).isEqualTo("400 MALFORMED");
    assertThat(admin.get(BASE + "/channels?after=x").code()).isEqualTo("400 MALFORMED");
    Reply one = admin.get(BASE + "/channels/team%2F4").ok();
    assertThat(one.get("members")).isEqualTo(2L);
    assertThat(one.get("you").toString()).contains("OWNER");
  }

  @Test
  void changesAndArchivesWithAReasonInTheAudit() {
    AdminClient admin = client("reasons", "ada", "CHANNEL_ADMIN");
    admin.send("POST", BASE + "/channels", Map.of("channelId", "news")).ok();
    String path = BASE + "/channels/news?reason=" + segment("because ä & ö");
    Reply changed =
        admin
            .send("PATCH", path, Map.of("title", "News", "policy", Map.of("history", "P30D")))
            .ok();
    assertThat(changed.get("title")).isEqualTo("News");
    assertThat(admin.send("PATCH", path, Map.of("archived", true)).ok().get("archived"))
        .isEqualTo(true);
    Reply audit =
        client("reasons", "eve", "VIEWER").get(BASE + "/audit?channel=news&action=channel.").ok();
    assertThat(audit.items())
        .extracting(line -> line.get("action"))
        .containsExactly("channel.archive", "channel.change", "channel.create");
    Map<String, Object> line = audit.items().get(1);
    assertThat(line).containsEntry("actor", "ada").containsEntry("reason", "because ä & ö");
    assertThat(line.get("address")).isEqualTo("127.0.0.1");
    assertThat(line.get("before").toString()).contains("-1");
    assertThat(line.get("previousHash")).isEqualTo(audit.items().get(2).get("hash"));
    Reply check = admin.get(BASE + "/audit/check");
    assertThat(check.code()).isEqualTo("403 FORBIDDEN"); // a channel administrator has no audit
    check = client("reasons", "eve", "VIEWER").get(BASE + "/audit/check").ok();
    assertThat(check.get("intact")).isEqualTo(true);
    assertThat(check.get("headNo")).isEqualTo(check.get("lines"));
    String csv = client("reasons", "eve", "VIEWER").get(BASE + "/audit/export?format=csv").body();
    assertThat(csv.lines()).hasSize(4);
    assertThat(csv).startsWith("id,no,at,").contains("because ä & ö");
    assertThat(client("reasons", "eve", "VIEWER").get(BASE + "/audit/export").body().lines())
        .hasSize(3);
  }

  @Test
  void keepsABannedUserOutOfAPublicChannel() {
    AdminClient admin = client("bans", "ada", "ADMIN");
    AdminClient moderator = client("bans", "mo", "MODERATOR");
    AdminClient bob = client("bans", "bob", "MEMBER");
    admin
        .send("POST", BASE + "/channels", Map.of("channelId", "hall", "visibility", "PUBLIC"))
        .ok();
    String messages = "/api/channels/hall/messages";
    bob.send("POST", messages, Map.of("content", "hello")).ok();
    bob.send("POST", "/api/channels/hall/members", Map.of()).ok();

    String ban = BASE + "/channels/hall/bans/bob";
    assertThat(bob.send("PUT", ban, null).code()).isEqualTo("403 FORBIDDEN");
    assertThat(moderator.send("PUT", ban + "?reason=spam", null).code()).isEqualTo("204");
    assertThat(bob.send("POST", messages, Map.of("content", "again")).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(bob.send("POST", "/api/channels/hall/members", Map.of()).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(bob.get("/api/channels").get("channels").toString()).doesNotContain("hall");
    assertThat(admin.get(BASE + "/channels/hall/members").items())
        .extracting(member -> member.get("userId"))
        .containsExactly("ada");
    assertThat(moderator.get(BASE + "/channels/hall/bans").items())
        .singleElement()
        .satisfies(
            found ->
                assertThat(found)
                    .containsEntry("userId", "bob")
                    .containsEntry("bannedBy", "mo")
                    .containsEntry("reason", "spam"));
    assertThat(admin.send("POST", BASE + "/channels/hall/members", Map.of("userId", "bob")).code())
        .isEqualTo("409 CONFLICT");
    assertThat(moderator.send("DELETE", ban, null).code()).isEqualTo("204");
    assertThat(moderator.send("DELETE", ban, null).code()).isEqualTo("404 NOT_FOUND");
    bob.send("POST", messages, Map.of("content", "back")).ok();
  }

  @Test
  void letsAModeratorMuteAndRemoveWritersOnly() {
    AdminClient admin = client("order", "ada", "ADMIN");
    AdminClient moderator = client("order", "mo", "MODERATOR");
    admin.send("POST", BASE + "/channels", Map.of("channelId", "team")).ok();
    String members = BASE + "/channels/team/members";
    admin.send("POST", members, Map.of("userId", "bob")).ok();
    admin.send("POST", members, Map.of("userId", "max", "role", "MODERATOR")).ok();
    Map<String, Object> mute = Map.of("mutedUntil", "2999-01-01T00:00:00.000Z");
    assertThat(moderator.send("PATCH", members + "/bob", mute).code()).isEqualTo("200");
    assertThat(moderator.send("PATCH", members + "/max", mute).code()).isEqualTo("403 FORBIDDEN");
    assertThat(moderator.send("PATCH", members + "/bob", Map.of("role", "OWNER")).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(moderator.send("POST", members, Map.of("userId", "eve")).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(moderator.send("DELETE", members + "/bob", null).code()).isEqualTo("204");
    assertThat(moderator.get("/api/channels/team/messages").code()).isEqualTo("403 FORBIDDEN");
  }

  @Test
  void letsModeratorsReadEditAndRedactAnywhereAndWritesItDown() {
    AdminClient ann = client("mods", "ann", "MEMBER");
    AdminClient mo = client("mods", "mo", "MODERATOR");
    ann.send("POST", "/api/channels", Map.of("channelId", "secret")).ok();
    List<Object> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Map<String, Object> body = Map.of("content", "Say \"hi\" 100%_" + i);
      ids.add(ann.send("POST", "/api/channels/secret/messages", body).ok().get("id"));
    }
    String messages = BASE + "/channels/secret/messages";
    assertThat(mo.get("/api/channels/secret/messages").code()).isEqualTo("403 FORBIDDEN");
    Reply page = mo.get(messages + "?limit=2").ok();
    assertThat(page.items()).extracting(m -> m.get("id")).containsExactly(ids.get(4), ids.get(3));
    page = mo.get(messages + "?limit=2&after=" + page.get("next")).ok();
    assertThat(page.items()).extracting(m -> m.get("id")).containsExactly(ids.get(2), ids.get(1));
    assertThat(mo.get(messages + "?q=" + segment("\"HI\" 100%_3")).items()).hasSize(1);
    assertThat(mo.get(messages + "?author=bob").items()).isEmpty();

    Reply edited = mo.send("PATCH", messages + "/" + ids.get(0), Map.of("content", "mended")).ok();
    assertThat(edited.get("content")).isEqualTo("mended");
    Reply redacted = mo.send("DELETE", messages + "/" + ids.get(1) + "?reason=rude", null).ok();
    assertThat(redacted.get("deleted")).isEqualTo(true);
    assertThat(ann.get("/api/channels/secret/messages").body()).contains("mended");
    Reply statistics = client("mods", "vi", "VIEWER").get(BASE + "/channels/secret/statistics");
    assertThat(statistics.get("messages")).isEqualTo(4L);
    assertThat(statistics.get("edited")).isEqualTo(1L);
    assertThat(statistics.get("deleted")).isEqualTo(1L);

    Reply audit = client("mods", "vi", "VIEWER").get(BASE + "/audit?action=message.").ok();
    assertThat(audit.items())
        .extracting(
            line -> line.get("action") + " " + line.get("actorKind") + " " + line.get("reason"))
        .containsExactly(
            "message.delete USER rude", "message.edit USER null", "message.read USER null");
  }

  @Test
  void changesManyChannelsAfterALookAtThem() {
    AdminClient admin = client("bulk", "ada", "ADMIN");
    for (int i = 0; i < 105; i++) {
      admin.send("POST", BASE + "/channels", Map.of("channelId", "old/" + i)).ok();
    }
    admin.send("POST", BASE + "/channels", Map.of("channelId", "new")).ok();
    Map<String, Object> look =
        Map.of("action", "ARCHIVE", "filter", Map.of("q", "old/"), "dryRun", true);
    Reply preview = admin.send("POST", BASE + "/bulk/channels", look).ok();
    assertThat(preview.get("count")).isEqualTo(105L);
    assertThat(preview.get("confirmation")).isEqualTo("ARCHIVE 105");
    assertThat((List<?>) preview.get("sample")).hasSize(20);
    assertThat(admin.get(BASE + "/channels?archived=true").items()).isEmpty();

    Map<String, Object> unsure = Map.of("action", "ARCHIVE", "filter", Map.of("q", "old/"));
    assertThat(admin.send("POST", BASE + "/bulk/channels", unsure).code())
        .isEqualTo("409 CONFLICT");
    Map<String, Object> sure =
        Map.of("action", "ARCHIVE", "filter", Map.of("q", "old/"), "confirmation", "ARCHIVE 105");
    Reply done = admin.send("POST", BASE + "/bulk/channels", sure).ok();
    assertThat(done.get("changed")).isEqualTo(105L);
    assertThat(done.get("remaining")).isEqualTo(0L);
    assertThat(admin.get(BASE + "/channels?archived=false").items()).hasSize(1);
    Map<String, Object> named =
        Map.of(
            "action", "CHANGE",
            "change", Map.of("visibility", "PUBLIC", "title", "not taken"),
            "channelIds", List.of("new", "old/1", "none"));
    assertThat(admin.send("POST", BASE + "/bulk/channels", named).ok().get("changed"))
        .isEqualTo(2L);
    assertThat(admin.get(BASE + "/channels/new").get("title")).isEqualTo("");
  }

  @Test
  void rotatesAKeyWithAnOverlap() {
    AdminClient admin = client("keys", "ada", "ADMIN");
    Reply made = admin.send("POST", BASE + "/keys", Map.of("name", "shop")).ok();
    AdminClient old = bearer((String) made.get("key"));
    old.get("/api/me").ok();
    assertThat(old.get(BASE + "/channels").code()).isEqualTo("403 FORBIDDEN");
    String rotate = BASE + "/keys/" + made.get("id") + "/rotate";
    Reply second = admin.send("POST", rotate, Map.of()).ok();
    assertThat(second.get("id")).isEqualTo(made.get("id"));
    assertThat(second.get("previousValidUntil")).isNotNull();
    AdminClient fresh = bearer((String) second.get("key"));
    fresh.get("/api/me").ok();
    old.get("/api/me").ok();
    Reply third = admin.send("POST", rotate, Map.of("overlapSeconds", 0)).ok();
    assertThat(fresh.get("/api/me").code()).isEqualTo("401 UNAUTHENTICATED");
    assertThat(old.get("/api/me").code()).isEqualTo("401 UNAUTHENTICATED");
    bearer((String) third.get("key")).get("/api/me").ok();
    assertThat(admin.get(BASE + "/keys").items().get(0).get("lastUsedAt")).isNotNull();
    assertThat(admin.send("POST", rotate, Map.of("overlapSeconds", 700_000)).code())
        .isEqualTo("400 MALFORMED");
    String revoke = BASE + "/keys/" + made.get("id");
    assertThat(admin.send("DELETE", revoke, null).code()).isEqualTo("204");
    assertThat(bearer((String) third.get("key")).get("/api/me").code())
        .isEqualTo("401 UNAUTHENTICATED");
  }

  @Test
  void showsSettingsWithoutSecretsToThoseWhoOperateTheServer() {
    Reply settings = client("demo", "olga", "OPERATOR").get(BASE + "/settings").ok();
    assertThat(settings.body()).doesNotContain("a secret for tests");
    assertThat(settings.items())
        .filteredOn(item -> item.get("key").equals("CARILLON_TOKEN_SECRET"))
        .singleElement()
        .satisfies(
            item ->
                assertThat(item)
                    .containsEntry("secret", true)
                    .containsEntry("value", "\u2022\u2022\u2022")
                    .containsEntry("byDefault", null));
    assertThat(settings.items())
        .filteredOn(item -> item.get("key").equals("CARILLON_DEMO"))
        .singleElement()
        .satisfies(item -> assertThat(item).containsEntry("value", "true"));
    assertThat(client("keys", "ada", "OWNER").get(BASE + "/settings").code())
        .isEqualTo("403 FORBIDDEN");
  }

  @Test
  void saysWhySomebodyMayOrMayNot() {
    AdminClient admin = client("demo", "olga", "OPERATOR");
    String path = BASE + "/explain?userId=bob&channel=";
    Reply board = admin.get(path + "board&action=PUBLISH").ok();
    assertThat(board.get("allowed")).isEqualTo(false);
    assertThat(board.get("code")).isEqualTo("FORBIDDEN");
    assertThat(board.body())
        .contains("{\"rule\":\"MEMBER\",\"holds\":false")
        .contains("{\"rule\":\"CHANNEL_PUBLIC\",\"holds\":false");
    Reply general = admin.get(path + "general&action=PUBLISH").ok();
    assertThat(general.get("allowed")).isEqualTo(true);
    Reply all = admin.get(path + "general").ok();
    assertThat((List<?>) all.get("actions")).hasSize(13);
    assertThat(admin.get(path + "nowhere&action=READ").ok().body())
        .contains("\"CHANNEL_EXISTS\",\"holds\":false");
  }

  @Test
  void servesThePagesUnderAStrictPolicy() {
    AdminClient nobody = bearer("none");
    for (String page : List.of("/portal", "/admin")) {
      Reply redirect = nobody.get(page);
      assertThat(redirect.status()).isEqualTo(301);
      assertThat(redirect.header("Location")).isEqualTo(page.substring(1) + "/");
      Reply missing = nobody.get(page + "/none.js");
      assertThat(missing.status()).isEqualTo(404);
      for (Reply reply : List.of(redirect, missing)) {
        assertThat(reply.header("Content-Security-Policy"))
            .contains("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'")
            .contains("base-uri 'none'", "form-action 'self'")
            .doesNotContain("http", "unsafe", "*");
      }
    }
  }

  @Test
  void looksAfterAccounts() {
    AdminClient admin = login("admin", "admin");
    Map<String, Object> fresh =
        Map.of("userId", "dora", "name", "Dora", "role", "VIEWER", "password", "a long one");
    assertThat(admin.send("POST", BASE + "/users", fresh).code()).isEqualTo("201");
    assertThat(admin.send("POST", BASE + "/users", fresh).code()).isEqualTo("409 CONFLICT");
    AdminClient dora = login("dora", "a long one");
    assertThat(dora.get(BASE + "/channels").code()).isEqualTo("200");
    assertThat(dora.send("POST", BASE + "/channels", Map.of("channelId", "x")).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(admin.send("PATCH", BASE + "/users/dora", Map.of("role", "MEMBER")).ok().get("role"))
        .isEqualTo("MEMBER");
    assertThat(dora.get(BASE + "/channels").code()).isEqualTo("403 FORBIDDEN");
    assertThat(admin.send("PATCH", BASE + "/users/dora", Map.of("role", "OWNER")).code())
        .isEqualTo("403 FORBIDDEN");
    assertThat(admin.send("PATCH", BASE + "/users/admin", Map.of("role", "MEMBER")).code())
        .isEqualTo("409 CONFLICT");
    assertThat(admin.get(BASE + "/users?q=DOR").items())
        .singleElement()
        .satisfies(user -> assertThat(user).containsEntry("local", true));
    assertThat(admin.get(BASE + "/users/dora").get("locked")).isEqualTo(false);
    assertThat(admin.send("PUT", BASE + "/users/dora/lock", null).code()).isEqualTo("204");
    assertThat(admin.get(BASE + "/users/dora").get("locked")).isEqualTo(true);
    assertThat(dora.get("/api/me").code()).isEqualTo("401 UNAUTHENTICATED");
    assertThat(admin.send("DELETE", BASE + "/users/dora/lock", null).code()).isEqualTo("204");
    assertThat(dora.get("/api/me").code()).isEqualTo("200");

    assertThat(admin.send("POST", BASE + "/users/dora/sign-out", null).code()).isEqualTo("204");
    assertThat(dora.get("/api/me").code()).isEqualTo("401 UNAUTHENTICATED");
    AdminClient again = login("dora", "a long one");
    assertThat(again.get("/api/me").code()).isEqualTo("200");
    admin.send("PUT", BASE + "/users/dora/password", Map.of("password", "another one")).ok();
    assertThat(again.get("/api/me").code()).isEqualTo("401 UNAUTHENTICATED");
    login("dora", "another one").get("/api/me").ok();
  }

  @Test
  void showsTheNumbersOnceAndEverySecond() {
    AdminClient viewer = client("demo", "vera", "VIEWER");
    Reply once = viewer.get(BASE + "/overview").ok();
    assertThat(once.get("scope")).isEqualTo("SERVER");
    try (Wire wire = new Wire("viewer")) {
      EventStream stream =
          EventStream.open(
              wire,
              TestNode.caller(node.address(), "demo", "vera", "VIEWER"),
              BASE + "/overview/events",
              "");
      await().until(() -> stream.events.size() >= 3);
      assertThat(stream.types()).containsOnly("overview");
      assertThat(stream.data(2).get("total").toString()).contains("sse=1");
      assertThat(stream.data(2).get("nodes").toString()).contains("self=true");
    }
    assertThat(client("elsewhere", "vera", "VIEWER").get(BASE + "/overview").body())
        .contains("\"ORGANIZATION\"")
        .contains("\"publishesPerSecond\":null");
    assertThat(client("demo", "ann", "MEMBER").get(BASE + "/overview/events").code())
        .isEqualTo("403 FORBIDDEN");
  }

  /** What the others have called, and a stream. */
  @Test
  @Order(Integer.MAX_VALUE)
  void leavesNoRouteOut() {
    Set<String> expected =
        contract.operations().stream()
            .filter(operation -> operation.hasTag("Administration"))
            .map(Contract.Operation::id)
            .filter(id -> !id.equals("overviewEvents"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(contract.succeeded()).containsAll(expected);
    assertThat(expected).hasSizeGreaterThan(30);
  }
}
