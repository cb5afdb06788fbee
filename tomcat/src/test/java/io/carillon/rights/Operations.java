package io.carillon.rights;

import static io.carillon.rights.Operation.frame;
import static io.carillon.rights.Operation.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Every route and every frame, with the rule that it is under and how it is asked for. */
final class Operations {
  private static final String CHANNEL = "/api/channels/{channel}";
  private static final Map<String, Object> NOTHING = Map.of();

  private Operations() {}

  static List<Operation> all() {
    List<Operation> all = new ArrayList<>();
    all.addAll(channels());
    all.addAll(members());
    all.addAll(messages());
    all.addAll(lists());
    all.addAll(streams());
    all.addAll(notifications());
    all.addAll(people());
    all.addAll(AdminOperations.all());
    all.addAll(frames());
    return List.copyOf(all);
  }

  private static List<Operation> channels() {
    return List.of(
        route("GET /api/channels", Rule.ANYBODY, 200, visit -> visit.ask(null)),
        route(
            "POST /api/channels",
            Rule.ANYBODY,
            201,
            visit -> visit.ask(Map.of("channelId", visit.text()))),
        route(
                "POST /api/channels",
                Rule.TAKEN,
                201,
                visit -> visit.ask(Map.of("channelId", World.TAKEN)))
            .named("a name that is taken"),
        route(
                "POST /api/channels",
                Rule.NOBODY,
                201,
                visit -> visit.ask(Map.of("channelId", "user:" + visit.userId())))
            .named("a name that only the system uses"),
        route("GET " + CHANNEL, Rule.SEE, 200, visit -> visit.ask(null)),
        route("PATCH " + CHANNEL, Rule.MANAGE, 200, visit -> visit.ask(Map.of("title", "A title"))),
        route("DELETE " + CHANNEL, Rule.MANAGE, 204, visit -> visit.ask(null))
            .undone(
                visit -> visit.root("PATCH", "", Map.of("archived", visit.place().isArchived()))),
        route(
                "PATCH " + CHANNEL,
                Rule.MANAGE,
                200,
                visit -> visit.ask(Map.of("archived", visit.place().isArchived())))
            .named("archiving and restoring"));
  }

  private static List<Operation> members() {
    String members = CHANNEL + "/members";
    String member = members + "/{userId}";
    return List.of(
        route("GET " + members, Rule.SEE, 200, visit -> visit.ask(null)),
        route("POST " + members, Rule.ADD, 201, adding("READER"))
            .named("a reader")
            .undone(visit -> visit.root("DELETE", "/members/" + World.GUEST, null)),
        route("POST " + members, Rule.ADD, 201, adding("WRITER"))
            .named("a writer")
            .undone(visit -> visit.root("DELETE", "/members/" + World.GUEST, null)),
        route("POST " + members, Rule.MANAGE, 201, adding("MODERATOR"))
            .named("a moderator")
            .undone(visit -> visit.root("DELETE", "/members/" + World.GUEST, null)),
        route("POST " + members, Rule.MANAGE, 201, adding("OWNER"))
            .named("an owner")
            .undone(visit -> visit.root("DELETE", "/members/" + World.GUEST, null)),
        route(
                "POST " + members,
                Rule.JOIN,
                201,
                visit -> visit.ask(Map.of("userId", visit.userId(), "role", "WRITER")))
            .named("oneself")
            .undone(visit -> visit.root("DELETE", "/members/" + visit.userId(), null)),
        route("POST " + members, Rule.JOIN, 201, visit -> visit.ask(NOTHING))
            .named("nobody by name, and so oneself")
            .undone(visit -> visit.root("DELETE", "/members/" + visit.userId(), null)),
        route(
                "PATCH " + member,
                Rule.ALTER_ROLE,
                200,
                changing(World.VICTIM, Map.of("role", "READER")))
            .named("a writer's role")
            .undone(
                visit -> visit.root("PATCH", "/members/" + World.VICTIM, Map.of("role", "WRITER"))),
        route("PATCH " + member, Rule.ALTER, 200, changing(World.VICTIM, World.mute()))
            .named("muting a writer")
            .undone(visit -> visit.root("PATCH", "/members/" + World.VICTIM, World.unmute())),
        route("DELETE " + member, Rule.ALTER, 204, changing(World.VICTIM, null))
            .named("a writer")
            .undone(visit -> visit.readd(World.VICTIM, "WRITER")),
        route(
                "PATCH " + member,
                Rule.ALTER_PEER,
                200,
                changing(World.VICTIM_MODERATOR, Map.of("role", "WRITER")))
            .named("a moderator's role")
            .undone(
                visit ->
                    visit.root(
                        "PATCH",
                        "/members/" + World.VICTIM_MODERATOR,
                        Map.of("role", "MODERATOR"))),
        route(
                "PATCH " + member,
                Rule.ALTER_PEER,
                200,
                changing(World.VICTIM_MODERATOR, World.mute()))
            .named("muting a moderator")
            .undone(
                visit -> visit.root("PATCH", "/members/" + World.VICTIM_MODERATOR, World.unmute())),
        route("DELETE " + member, Rule.ALTER_PEER, 204, changing(World.VICTIM_MODERATOR, null))
            .named("a moderator")
            .undone(visit -> visit.readd(World.VICTIM_MODERATOR, "MODERATOR")),
        route(
                "DELETE " + member,
                Rule.LEAVE,
                204,
                visit -> visit.ask(null, "userId", visit.userId()))
            .named("oneself")
            .undone(Operations::comeBack));
  }

  private static Function<Visit, Reply> adding(String role) {
    return visit -> visit.ask(Map.of("userId", World.GUEST, "role", role));
  }

  private static Function<Visit, Reply> changing(String user, Map<String, Object> body) {
    return visit -> visit.ask(body, "userId", user);
  }

  private static void comeBack(Visit visit) {
    String user = visit.userId();
    switch (visit.subject()) {
      case MODERATOR -> visit.readd(user, "MODERATOR");
      case READER -> visit.readd(user, "READER");
      case MUTED -> {
        visit.readd(user, "WRITER");
        visit.root("PATCH", "/members/" + user, World.mute());
      }
      default -> visit.readd(user, "WRITER");
    }
  }

  private static List<Operation> messages() {
    String messages = CHANNEL + "/messages";
    String message = messages + "/{messageId}";
    return List.of(
        route("GET " + messages, Rule.READ, 200, visit -> visit.ask(null)),
        route(
            "POST " + messages,
            Rule.PUBLISH,
            201,
            visit -> visit.ask(Map.of("content", visit.text()))),
        route(
                "POST " + messages,
                Rule.PUBLISH,
                201,
                visit -> visit.ask(Map.of("name", "cursor", "payload", Map.of("at", visit.text()))))
            .named("any event"),
        route(
                "PATCH " + message,
                Rule.CHANGE_OWN,
                200,
                visit -> visit.ask(visit.change(), "messageId", visit.ownMessage()))
            .named("one's own"),
        route(
                "DELETE " + message,
                Rule.CHANGE_OWN,
                200,
                visit -> visit.ask(null, "messageId", visit.ownMessage()))
            .named("one's own"),
        route(
                "PATCH " + message,
                Rule.CHANGE_OTHERS,
                200,
                visit -> visit.ask(visit.change(), "messageId", visit.othersMessage()))
            .named("another's"),
        route(
                "DELETE " + message,
                Rule.CHANGE_OTHERS,
                200,
                visit -> visit.ask(null, "messageId", visit.othersMessage()))
            .named("another's"),
        route("POST " + CHANNEL + "/read", Rule.READ, 204, visit -> visit.ask(Map.of("offset", 1))),
        route("GET " + CHANNEL + "/presence", Rule.READ, 200, visit -> visit.ask(null)));
  }

  private static List<Operation> lists() {
    String todos = "/api/lists/{list}/todos";
    String todo = todos + "/{id}";
    return List.of(
        route("GET " + todos, Rule.READ_ITEMS, 200, visit -> visit.ask(null)),
        route(
            "POST " + todos,
            Rule.WRITE_ITEMS,
            201,
            visit -> visit.ask(Map.of("text", visit.text()))),
        route(
                "PATCH " + todo,
                Rule.WRITE_ITEMS,
                200,
                visit -> visit.ask(Map.of("text", visit.text()), "id", visit.othersMessage()))
            .named("another's"),
        route(
                "PATCH " + todo,
                Rule.WRITE_ITEMS,
                200,
                visit -> visit.ask(Map.of("completed", true), "id", visit.ownMessage()))
            .named("one's own"),
        route(
                "DELETE " + todo,
                Rule.WRITE_ITEMS,
                204,
                visit -> visit.ask(null, "id", visit.othersMessage()))
            .named("another's"),
        route(
                "DELETE " + todo,
                Rule.WRITE_ITEMS,
                204,
                visit -> visit.ask(null, "id", visit.ownMessage()))
            .named("one's own"),
        route("GET /api/lists/{list}/events", Rule.HEAR_ITEMS, 200, visit -> visit.ask(null)));
  }

  private static List<Operation> streams() {
    return List.of(
        route("GET " + CHANNEL + "/events", Rule.READ, 200, visit -> visit.ask(null)),
        route("GET /api/events", Rule.PEOPLE, 200, visit -> visit.ask(null)),
        route("GET /api/events", Rule.READ, 200, Operations::askForChannel)
            .named("with `?channel=`"),
        route("GET /api/notifications/stream", Rule.PEOPLE, 200, visit -> visit.ask(null)),
        route("GET /api/poll", Rule.PEOPLE, 200, visit -> visit.ask(null)),
        route(
                "GET /api/poll",
                Rule.READ,
                200,
                visit -> visit.askAt("?wait=0&channel=" + Http.encode(visit.channel()), null))
            .named("with `?channel=`"),
        route(
            "GET /ws",
            Rule.ANYBODY,
            101,
            visit -> visit.world().http().upgrade("/ws", visit.world().tokenOf(visit.subject()))));
  }

  private static Reply askForChannel(Visit visit) {
    return visit.askAt("?channel=" + Http.encode(visit.channel()), null);
  }

  private static List<Operation> notifications() {
    Map<String, Object> notice = Map.of("type", "news", "title", "A title");
    return List.of(
        route(
            "POST /api/notifications",
            Rule.ADMINS_AND_PROGRAMS,
            201,
            visit -> visit.ask(Map.of("userId", World.VICTIM, "type", "news", "title", "A title"))),
        route("POST /api/announcements", Rule.ADMINS_AND_PROGRAMS, 201, visit -> visit.ask(notice)),
        route("GET /api/announcements", Rule.ANYBODY, 200, visit -> visit.ask(null)),
        route("GET /api/notifications", Rule.PEOPLE, 200, visit -> visit.ask(null)),
        route("GET /api/notifications/count", Rule.PEOPLE, 200, visit -> visit.ask(null)),
        route(
            "PATCH /api/notifications/{id}",
            Rule.PEOPLE,
            200,
            visit ->
                visit.ask(
                    Map.of("seen", true), "id", visit.world().notificationOf(visit.subject()))),
        route(
                "PATCH /api/notifications/{id}",
                Rule.OF_ANOTHER,
                200,
                visit -> visit.ask(Map.of("seen", true), "id", visit.world().rootsNotification()))
            .named("another user's"),
        route("POST /api/notifications/read-all", Rule.PEOPLE, 200, visit -> visit.ask(NOTHING)));
  }

  private static List<Operation> people() {
    String lock = "/api/users/{userId}/lock";
    String locked = lock.replace("{userId}", World.VICTIM);
    return List.of(
        route("GET /api/me", Rule.ANYBODY, 200, visit -> visit.ask(null)),
        route("POST /api/me/token", Rule.SESSIONS, 200, visit -> visit.ask(null)),
        route("POST /api/tickets", Rule.ANYBODY, 201, visit -> visit.ask(null)),
        route(
            "POST /api/presence/query",
            Rule.ANYBODY,
            200,
            visit -> visit.ask(Map.of("userIds", List.of(World.VICTIM)))),
        route("GET /api/keys", Rule.ADMINS, 200, visit -> visit.ask(null)),
        route("POST /api/keys", Rule.ADMINS, 201, visit -> visit.ask(Map.of("name", "more"))),
        route(
            "DELETE /api/keys/{id}",
            Rule.ENDING_PROOFS,
            204,
            visit -> visit.ask(null, "id", visit.world().spareKeyId())),
        route("PUT " + lock, Rule.ENDING_PROOFS, 204, changing(World.VICTIM, null))
            .undone(visit -> visit.world().root("DELETE", locked, null)),
        route("DELETE " + lock, Rule.ENDING_PROOFS, 204, changing(World.VICTIM, null)),
        route(
            "POST /api/login",
            Rule.OPEN,
            200,
            visit -> visit.ask(Map.of("userId", "alice", "password", "alice"))),
        route(
            "POST /api/logout",
            Rule.OPEN,
            204,
            visit ->
                visit
                    .world()
                    .http()
                    .send(
                        "POST",
                        "/api/logout",
                        visit.world().spareTokenOf(visit.subject()),
                        NOTHING)),
        route("GET /health/live", Rule.OPEN, 200, visit -> visit.ask(null)),
        route("GET /health/ready", Rule.OPEN, 200, visit -> visit.ask(null)),
        route("GET /metrics", Rule.OPEN, 200, visit -> visit.ask(null)),
        route("GET /openapi", Rule.OPEN, 200, visit -> visit.ask(null)));
  }

  private static List<Operation> frames() {
    return List.of(
        frame("channel:join", "Join", Rule.READ, "channel:joined", Operations::joinAndLeave),
        frame("channel:leave", "Leave", Rule.ANYBODY, "channel:left", visit -> visit.send(NOTHING)),
        frame(
            "channel:history",
            "History",
            Rule.READ,
            "channel:history",
            visit -> visit.send(NOTHING)),
        frame(
            "message:send",
            "Send",
            Rule.PUBLISH,
            "ack",
            visit -> visit.send(Map.of("content", visit.text()))),
        frame(
                "message:edit",
                "Edit",
                Rule.CHANGE_OWN,
                "ack",
                visit -> visit.send(with(visit.change(), visit.ownMessage())))
            .named("one's own"),
        frame(
                "message:edit",
                "Edit",
                Rule.CHANGE_OTHERS,
                "ack",
                visit -> visit.send(with(visit.change(), visit.othersMessage())))
            .named("another's"),
        frame(
                "message:delete",
                "Delete",
                Rule.CHANGE_OWN,
                "ack",
                visit -> visit.send(Map.of("id", visit.ownMessage())))
            .named("one's own"),
        frame(
                "message:delete",
                "Delete",
                Rule.CHANGE_OTHERS,
                "ack",
                visit -> visit.send(Map.of("id", visit.othersMessage())))
            .named("another's"),
        frame(
                "typing:start",
                "Typing",
                Rule.TYPING,
                "ack",
                visit -> shown(visit, visit.send(NOTHING), List.of(true)))
            .undone(visit -> visit.sendAs("typing:stop", Map.of("channelId", visit.channel()))),
        frame("typing:stop", "Typing", Rule.TYPING, "ack", Operations::startAndStop),
        frame("read", "Read", Rule.READ, "ack", visit -> visit.send(Map.of("offset", 1))),
        frame("presence:get", "PresenceOfChannel", Rule.READ, "ack", visit -> visit.send(NOTHING))
            .named("of a channel"),
        frame(
                "presence:get",
                "PresenceOfUsers",
                Rule.ANYBODY,
                "ack",
                visit -> visit.sendAs("presence:get", Map.of("userIds", List.of(World.VICTIM))))
            .named("of users"),
        frame(
                "auth:renew",
                "Renew",
                Rule.ANYBODY,
                "ack",
                visit -> renew(visit, visit.world().tokenOf(visit.subject())))
            .named("with one's own token"),
        frame(
                "auth:renew",
                "Renew",
                Rule.NOBODY,
                "ack",
                visit -> renew(visit, visit.world().peerToken()))
            .named("with another's token"),
        frame("ping", "Ping", Rule.ANYBODY, "pong", visit -> visit.send(NOTHING)),
        frame("nonsense", "Invalid", Rule.NONSENSE, "ack", visit -> visit.send(NOTHING))
            .named("or anything else"));
  }

  private static Map<String, Object> with(Map<String, Object> change, String id) {
    Map<String, Object> data = new java.util.HashMap<>(change);
    data.put("id", id);
    return data;
  }

  private static String renew(Visit visit, String token) {
    return visit.sendAs("auth:renew", Map.of("token", String.valueOf(token)));
  }

  private static String joinAndLeave(Visit visit) {
    String answer = visit.send(NOTHING);
    if (visit.subject().isKnown()) {
      visit.sendAs("channel:leave", Map.of("channelId", visit.channel()));
    }
    return answer;
  }

  private static String startAndStop(Visit visit) {
    visit.sendAs("typing:start", Map.of("channelId", visit.channel()));
    return shown(visit, visit.send(NOTHING), List.of(true, false));
  }

  /** An acknowledgement says nothing; what counts is what the others see. */
  private static String shown(Visit visit, String answer, List<Boolean> expected) {
    if (!answer.equals("ack")) {
      return answer;
    }
    List<Boolean> shown = visit.shownTyping();
    if (shown.isEmpty()) {
      return Verdict.IGNORED.name();
    }
    return shown.equals(expected) ? "ack" : "ack, and shows " + shown;
  }
}
