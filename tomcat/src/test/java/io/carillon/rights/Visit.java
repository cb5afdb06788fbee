package io.carillon.rights;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One caller at one channel. */
record Visit(World world, Operation operation, Subject subject, Place place, Verdict expected) {

  /** The channel's name as this caller says it. */
  String channel() {
    return world.nameOf(place, subject);
  }

  String userId() {
    return world.userIdOf(subject);
  }

  boolean isAllowed() {
    return expected == Verdict.ALLOWED;
  }

  // ---- asking

  /** Asks the operation's own route; {@code {channel}} and {@code {list}} are this channel. */
  Reply ask(Map<String, Object> body, String... parameters) {
    return askAt("", body, parameters);
  }

  /** As {@link #ask}, of the channel that the organization has beside the places. */
  Reply askOfShared(Map<String, Object> body, String... parameters) {
    String[] route = operation.key().split(" ");
    String path = route[1].replace("{channel}", Http.encode(World.SHARED));
    for (int i = 0; i < parameters.length; i += 2) {
      path = path.replace('{' + parameters[i] + '}', Http.encode(parameters[i + 1]));
    }
    return world.http().send(route[0], path, world.tokenOf(subject), body);
  }

  /**
   * @param query behind the route's path
   * @param parameters names of the route's other templates, each followed by its value
   */
  Reply askAt(String query, Map<String, Object> body, String... parameters) {
    String[] route = operation.key().split(" ");
    String path =
        route[1]
            .replace("{channel}", Http.encode(channel()))
            .replace("{list}", Http.encode(channel()));
    for (int i = 0; i < parameters.length; i += 2) {
      path = path.replace('{' + parameters[i] + '}', Http.encode(parameters[i + 1]));
    }
    return world.http().send(route[0], path + query, world.tokenOf(subject), body);
  }

  /** Remembers what refusals look like. */
  String noted(Reply reply) {
    String verdict = reply.verdict();
    if (reply.status() >= 400) {
      world.refusal(verdict, reply.contentType() + ' ' + reply.body());
    }
    return verdict;
  }

  /** Sends the operation's frame, with the channel's name; the answer's event, or its code. */
  String send(Map<String, Object> members) {
    Map<String, Object> data = new HashMap<>(members);
    data.put("channelId", channel());
    return sendAs(operation.key(), data);
  }

  String sendAs(String event, Map<String, Object> data) {
    if (!subject.isKnown()) {
      // No socket is opened for them, and so no frame is taken, whatever it is.
      return world.refusedSocketOf(subject);
    }
    return world.ask(subject, event, data);
  }

  // ---- what there is to ask about

  /** A text that nobody else sends. */
  String text() {
    String text = world.freshText(subject + " at " + place + ": " + operation.title());
    if (!isAllowed()) {
      world.neverStored(text);
    }
    return text;
  }

  /** A message of the caller's own; where there can be none, somebody else's. */
  String ownMessage() {
    return isAllowed() ? written(world.tokenOf(subject)) : world.messageOf(subject, place);
  }

  /** A message that is not the caller's. */
  String othersMessage() {
    return isAllowed() ? written(world.peerToken()) : world.messageOf(null, place);
  }

  /** A message that only this visit knows of. */
  private String written(String authorToken) {
    boolean list = place.isList();
    String path = list ? "/api/lists/" : "/api/channels/";
    Map<String, Object> body = Map.of(list ? "text" : "content", world.freshText("target"));
    return world
        .http()
        .send(
            "POST",
            path + Http.encode(channel()) + (list ? "/todos" : "/messages"),
            authorToken,
            body)
        .orFail("a target")
        .text("id");
  }

  /** The same as JSON, for a channel of either kind. */
  Map<String, Object> change() {
    return place.isList()
        ? Map.of("payload", Map.of("text", text(), "completed", false))
        : Map.of("content", text());
  }

  // ---- effects

  /** What others in the channel were shown of the caller's typing since the operation began. */
  List<Boolean> shownTyping() {
    return world.typingShown(place, userId());
  }

  // ---- undoing, by an admin

  void root(String method, String path, Map<String, Object> body) {
    world.root(method, "/api/channels/" + Http.encode(channel()) + path, body);
  }

  void readd(String user, String role) {
    root("POST", "/members", Map.of("userId", user, "role", role));
  }
}
