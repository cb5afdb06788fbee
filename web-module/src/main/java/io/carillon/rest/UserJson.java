package io.carillon.rest;

import io.carillon.domain.user.Identity;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import java.time.Instant;

/** An identity as its owner sees it. */
final class UserJson {
  private UserJson() {}

  static JsonObject write(Identity identity) {
    return new JsonObject()
        .put("id", identity.userId().value())
        .put("name", identity.name())
        .put("avatarUrl", identity.avatarUrl().isEmpty() ? null : identity.avatarUrl())
        .put("role", identity.role().name())
        .put("organization", identity.organization())
        .put("kind", identity.kind().name());
  }

  /** A time, or null for one that never comes. */
  static String time(Instant time) {
    return time.equals(Instant.MAX) ? null : IsoTime.text(time.toEpochMilli());
  }
}
