package io.carillon.check.rest;

import static io.carillon.check.rest.RestServer.fresh;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Who may do what, over HTTP, as the tables say: every kind of caller, every route of channels,
 * lists, notifications and keys. {@code ok} is success; F is {@code FORBIDDEN}, C {@code CONFLICT},
 * M {@code MALFORMED}.
 *
 * <p>Callers: the channel's owner, a moderator, a writer, a reader, a muted writer, somebody of the
 * organization without a membership, an admin of the organization without one, a program with an
 * API key, and an owner of another organization.
 */
@ExtendWith(RestServer.Extension.class)
class RightsIT {
  private static final List<String> CALLERS =
      List.of(
          "owner",
          "moderator",
          "writer",
          "reader",
          "muted",
          "outsider",
          "admin",
          "program",
          "stranger");

  private static final String PRIVATE =
      """
                     owner moderator writer reader muted outsider admin program stranger
      get            ok    ok        ok     ok     ok    F        ok    ok      F
      members        ok    ok        ok     ok     ok    F        ok    ok      F
      history        ok    ok        ok     ok     ok    F        F     ok      F
      presence       ok    ok        ok     ok     ok    F        F     ok      F
      read           ok    ok        ok     ok     ok    F        F     ok      F
      send           ok    ok        ok     F      F     F        F     ok      F
      edit others    ok    ok        F      F      F     F        F     F       F
      delete others  ok    ok        F      F      F     F        F     F       F
      join           C     C         C      C      C     F        ok    M       F
      add reader     ok    ok        F      F      F     F        ok    ok      F
      add moderator  ok    F         F      F      F     F        ok    ok      F
      add owner      ok    F         F      F      F     F        ok    ok      F
      raise reader   ok    ok        F      F      F     F        ok    ok      F
      lower moderator ok   F         F      F      F     F        ok    ok      F
      mute reader    ok    ok        F      F      F     F        ok    ok      F
      mute moderator ok    F         F      F      F     F        ok    ok      F
      remove reader  ok    ok        F      F      F     F        ok    ok      F
      remove moderator ok  F         F      F      F     F        ok    ok      F
      change         ok    F         F      F      F     F        ok    ok      F
      archive        ok    F         F      F      F     F        ok    ok      F
      leave          C     ok        ok     ok     ok    F        ok    M       F
      """;

  private static final String PUBLIC =
      """
                     owner moderator writer reader muted outsider admin program stranger
      get            ok    ok        ok     ok     ok    ok       ok    ok      F
      members        ok    ok        ok     ok     ok    ok       ok    ok      F
      history        ok    ok        ok     ok     ok    ok       ok    ok      F
      presence       ok    ok        ok     ok     ok    ok       ok    ok      F
      read           ok    ok        ok     ok     ok    ok       ok    ok      F
      send           ok    ok        ok     F      F     ok       ok    ok      F
      edit others    ok    ok        F      F      F     F        F     F       F
      delete others  ok    ok        F      F      F     F        F     F       F
      join           C     C         C      C      C     ok       ok    M       F
      add reader     ok    ok        F      F      F     F        ok    ok      F
      add moderator  ok    F         F      F      F     F        ok    ok      F
      add owner      ok    F         F      F      F     F        ok    ok      F
      raise reader   ok    ok        F      F      F     F        ok    ok      F
      lower moderator ok   F         F      F      F     F        ok    ok      F
      mute reader    ok    ok        F      F      F     F        ok    ok      F
      mute moderator ok    F         F      F      F     F        ok    ok      F
      remove reader  ok    ok        F      F      F     F        ok    ok      F
      remove moderator ok  F         F      F      F     F        ok    ok      F
      change         ok    F         F      F      F     F        ok    ok      F
      archive        ok    F         F      F      F     F        ok    ok      F
      """;

  private static final String LIST =
      """
                     owner moderator writer reader muted outsider admin program stranger
      todos          ok    ok        ok     ok     ok    ok       ok    ok      F
      add todo       ok    ok        ok     F      F     ok       ok    ok      F
      change todo    ok    ok        ok     F      F     ok       ok    ok      F
      delete todo    ok    ok        ok     F      F     ok       ok    ok      F
      """;

  /** The same with {@code "publish":"MODERATORS"}. */
  private static final String ANNOUNCING =
      """
                     owner moderator writer reader muted outsider admin program stranger
      history        ok    ok        ok     ok     ok    ok       ok    ok      F
      send           ok    ok        F      F      F     F        F     F       F
      """;

  private static final String ORGANIZATION =
      """
                     outsider admin chief program
      notify         F        ok    ok    ok
      announce       F        ok    ok    ok
      announcements  ok       ok    ok    ok
      inbox          ok       ok    ok    F
      count          ok       ok    ok    F
      read all       ok       ok    ok    F
      make key       F        ok    ok    F
      keys           F        ok    ok    F
      create         ok       ok    ok    ok
      channels       ok       ok    ok    ok
      query presence ok       ok    ok    ok
      """;

  private static RestServer server;
  private static Contract contract;
  private static final Map<String, Api> callers = new HashMap<>();

  @BeforeAll
  static void open(RestServer shared) {
    server = shared;
    contract = shared.contract();
    for (String member : List.of("owner", "moderator", "writer", "reader", "muted", "outsider")) {
      callers.put(member, shared.user(member));
    }
    callers.put("admin", shared.admin("admin-of-all"));
    callers.put("chief", shared.userOf("demo", "chief", "OWNER"));
    callers.put("stranger", shared.userOf("elsewhere", "owner", "OWNER"));
    String key =
        callers.get("admin").post("/api/keys", json("name", "rights")).isOk(201).string("key");
    callers.put("program", shared.bearer(key));
  }

  private static JsonObject json(Object... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  /** A channel for one row, with somebody of each role in it. */
  private static final class Scene {
    final String name = fresh("rights");
    final String path = "/api/channels/" + name;
    final Api owner = callers.get("owner");

    Scene(String kind, String visibility, String publish) {
      owner
          .post(
              "/api/channels",
              json(
                  "channelId",
                  name,
                  "kind",
                  kind,
                  "visibility",
                  visibility,
                  "policy",
                  json("publish", publish)))
          .isOk(201);
      member("moderator", "MODERATOR");
      member("writer", "WRITER");
      member("reader", "READER");
      member("muted", "WRITER");
      owner.patch(path + "/members/muted", json("mutedUntil", "2096-01-01T00:00:00Z")).isOk(200);
    }

    String member(String user, String role) {
      owner.post(path + "/members", json("userId", user, "role", role)).isOk(201);
      return user;
    }

    /** A new member to be dealt with, as a path. */
    String someone(String role) {
      return path + "/members/" + member(fresh("someone"), role);
    }

    /** A message of the owner's, as a path; for the owner, one of the moderator's. */
    String messageNotOf(String caller) {
      Api author = caller.equals("owner") ? callers.get("moderator") : owner;
      return path
          + "/messages/"
          + author.post(path + "/messages", json("content", "x")).isOk(201).string("id");
    }

    String todos() {
      return "/api/lists/" + name + "/todos";
    }

    String todo() {
      return todos() + '/' + owner.post(todos(), json("text", "x")).isOk(201).string("id");
    }
  }

  private static Answer does(String action, Scene at, String who) {
    Api caller = callers.get(who);
    String path = at.path;
    return switch (action) {
      case "get" -> caller.get(path);
      case "members" -> caller.get(path + "/members");
      case "history" -> caller.get(path + "/messages");
      case "presence" -> caller.get(path + "/presence");
      case "read" -> caller.post(path + "/read", json("offset", 0));
      case "send" -> caller.post(path + "/messages", json("content", "x"));
      case "edit others" -> caller.patch(at.messageNotOf(who), json("content", "y"));
      case "delete others" -> caller.delete(at.messageNotOf(who));
      case "join" -> caller.post(path + "/members", json());
      case "add reader" -> add(caller, path, "READER");
      case "add moderator" -> add(caller, path, "MODERATOR");
      case "add owner" -> add(caller, path, "OWNER");
      case "raise reader" -> caller.patch(at.someone("READER"), json("role", "WRITER"));
      case "lower moderator" -> caller.patch(at.someone("MODERATOR"), json("role", "READER"));
      case "mute reader" -> mute(caller, at.someone("READER"));
      case "mute moderator" -> mute(caller, at.someone("MODERATOR"));
      case "remove reader" -> caller.delete(at.someone("READER"));
      case "remove moderator" -> caller.delete(at.someone("MODERATOR"));
      case "change" -> caller.patch(path, json("title", fresh("title")));
      case "archive" -> caller.delete(path);
      case "todos" -> caller.get(at.todos());
      case "add todo" -> caller.post(at.todos(), json("text", "x"));
      case "change todo" -> caller.patch(at.todo(), json("completed", true));
      case "delete todo" -> caller.delete(at.todo());
      default -> throw new AssertionError(action);
    };
  }

  private static Answer add(Api caller, String path, String role) {
    return caller.post(path + "/members", json("userId", fresh("someone"), "role", role));
  }

  private static Answer mute(Api caller, String member) {
    return caller.patch(member, json("mutedUntil", "2096-01-01T00:00:00Z"));
  }

  private static Answer does(String action, String who) {
    Api caller = callers.get(who);
    JsonObject notice = json("type", "x", "title", "y");
    return switch (action) {
      case "notify" -> caller.post("/api/notifications", notice.put("userId", "outsider"));
      case "announce" -> caller.post("/api/announcements", notice);
      case "announcements" -> caller.get("/api/announcements");
      case "inbox" -> caller.get("/api/notifications");
      case "count" -> caller.get("/api/notifications/count");
      case "read all" -> caller.send("POST", "/api/notifications/read-all");
      case "make key" -> caller.post("/api/keys", json("name", "x"));
      case "keys" -> caller.get("/api/keys");
      case "create" -> caller.post("/api/channels", json("channelId", fresh("rights")));
      case "channels" -> caller.get("/api/channels");
      case "query presence" ->
          caller.post("/api/presence/query", json("userIds", List.of("outsider")));
      default -> throw new AssertionError(action);
    };
  }

  /** Rows of a table: an action, and for each caller what becomes of it. */
  private static Map<String, Map<String, String>> rows(String table) {
    List<String> lines = table.lines().toList();
    String[] columns = lines.get(0).strip().split("\\s+");
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] words = line.strip().split("\\s+");
      int names = words.length - columns.length;
      Map<String, String> cells = new LinkedHashMap<>();
      for (int i = 0; i < columns.length; i++) {
        cells.put(columns[i], words[names + i]);
      }
      rows.put(String.join(" ", List.of(words).subList(0, names)), cells);
    }
    return rows;
  }

  private interface Doing {
    Answer as(String caller);
  }

  private static void checkRow(
      String row, Map<String, String> expected, Doing doing, List<String> faults) {
    expected.forEach(
        (caller, cell) -> {
          Answer answer = contract.check(doing.as(caller));
          String came = cellOf(answer);
          if (!came.equals(cell)) {
            faults.add(row + " as " + caller + ": " + cell + " expected, " + answer);
          }
        });
  }

  private static String cellOf(Answer answer) {
    if (answer.status() < 300) {
      return "ok";
    }
    return answer.json().requireString("code").substring(0, 1);
  }

  private static void checkChannel(String kind, String visibility, String publish, String table) {
    List<String> faults = new ArrayList<>();
    rows(table)
        .forEach(
            (action, cells) -> {
              Scene scene = new Scene(kind, visibility, publish);
              Doing doing =
                  action.equals("leave")
                      ? who -> leave(scene, who)
                      : who -> does(action, scene, who);
              checkRow(action, cells, doing, faults);
            });
    assertThat(faults).isEmpty();
  }

  /** Everybody removes himself; who is no member joins first, where that is possible. */
  private static Answer leave(Scene at, String who) {
    Api caller = callers.get(who);
    String user = who.equals("admin") ? "admin-of-all" : who;
    Answer joined = caller.post(at.path + "/members", json());
    return joined.status() == 201 || joined.status() == 409
        ? caller.delete(at.path + "/members/" + user)
        : joined;
  }

  @Test
  void inAPrivateChannel() {
    checkChannel("CHAT", "PRIVATE", "EVERYONE", PRIVATE);
  }

  @Test
  void inAPublicChannel() {
    checkChannel("CHAT", "PUBLIC", "EVERYONE", PUBLIC);
  }

  @Test
  void inAChannelWithoutALog() {
    List<String> faults = new ArrayList<>();
    Map<String, Map<String, String>> rows = rows(PRIVATE);
    for (String action : List.of("get", "history", "send")) {
      Scene scene = new Scene("EPHEMERAL", "PRIVATE", "EVERYONE");
      checkRow(action, rows.get(action), who -> does(action, scene, who), faults);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void onAPublicList() {
    checkChannel("LIST", "PUBLIC", "EVERYONE", LIST);
  }

  @Test
  void whereOnlyModeratorsWrite() {
    checkChannel("CHAT", "PUBLIC", "MODERATORS", ANNOUNCING);
  }

  @Test
  void inTheOrganization() {
    List<String> faults = new ArrayList<>();
    rows(ORGANIZATION)
        .forEach((action, cells) -> checkRow(action, cells, who -> does(action, who), faults));
    assertThat(faults).isEmpty();
  }

  @Test
  void theTablesKnowEveryCaller() {
    for (String table : List.of(PRIVATE, PUBLIC, LIST, ANNOUNCING)) {
      assertThat(rows(table).values())
          .allSatisfy(
              row -> assertThat(new TreeSet<>(row.keySet())).isEqualTo(new TreeSet<>(CALLERS)));
    }
  }
}
