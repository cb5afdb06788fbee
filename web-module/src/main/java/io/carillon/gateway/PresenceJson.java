package io.carillon.gateway;

import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.presence.PresenceView;
import java.util.List;

/** Answers about presence, alike on every native wire. Any thread. */
public final class PresenceJson {
  private PresenceJson() {}

  /** {@code {"users":[{"userId","online","lastSeen","metadata"}]}}, unknown values null. */
  public static JsonObject users(List<PresenceView> views) {
    return new JsonObject().put("users", views.stream().map(PresenceJson::user).toList());
  }

  private static JsonObject user(PresenceView view) {
    return new JsonObject()
        .put("userId", view.userId().value())
        .put("online", view.online())
        .put("lastSeen", view.lastSeenMillis() == 0 ? null : IsoTime.text(view.lastSeenMillis()))
        .put("metadata", view.metadata().isEmpty() ? null : new Json.RawJson(view.metadata()));
  }
}
