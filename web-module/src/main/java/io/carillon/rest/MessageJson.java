package io.carillon.rest;

import io.carillon.application.Draft;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;

/** What a client writes when it sends or edits a message. */
public final class MessageJson {
  private MessageJson() {}

  /**
   * A message: {@code content} for chat text, or {@code name} and {@code payload} for any event.
   * Whatever else is there, an author or an offset, is not looked at.
   *
   * @throws RealtimeException with {@code MALFORMED}
   */
  static Draft draft(JsonObject body) {
    String clientId = body.string("clientId").orElse("");
    if (body.hasValue("content")) {
      if (body.hasValue("name") || body.has("payload")) {
        throw malformed("content beside name or payload");
      }
      return Draft.chat(content(body), clientId);
    }
    if (!body.has("payload")) {
      throw malformed("neither content nor payload");
    }
    return new Draft(body.requireString("name"), Json.text(body.get("payload")), clientId);
  }

  /**
   * What an edit puts in a message's place: {@code content}, or {@code payload}; JSON text.
   *
   * @throws RealtimeException with {@code MALFORMED}
   */
  public static String change(JsonObject body) {
    if (body.hasValue("content")) {
      if (body.has("payload")) {
        throw malformed("content beside payload");
      }
      return Json.text(content(body));
    }
    if (!body.has("payload")) {
      throw malformed("neither content nor payload");
    }
    return Json.text(body.get("payload"));
  }

  private static String content(JsonObject body) {
    String content = body.requireString("content");
    if (content.isEmpty()) {
      throw malformed("content");
    }
    return content;
  }

  private static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
