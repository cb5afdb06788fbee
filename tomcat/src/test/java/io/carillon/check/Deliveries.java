package io.carillon.check;

import io.carillon.check.wire.JsonText;
import java.util.Map;

/** Turns events of the wire into entries of a log. */
final class Deliveries {
  private Deliveries() {}

  /**
   * Records an event; those that are not of messages are left out.
   *
   * @param event its name, or that which the data has as {@code type}
   */
  static void record(ReaderLog log, String organization, String event, Map<String, Object> data) {
    if (!event.startsWith("message:")) {
      return;
    }
    String channel = Recorder.channel(organization, (String) data.get("channelId"));
    long revision = (Long) data.get("revision");
    long offset = (Long) data.get("offset");
    String id = (String) data.get("id");
    switch (event) {
      case "message:new" ->
          log.created(channel, revision, offset, id, content(data), (String) data.get("authorId"));
      case "message:updated" ->
          log.updated(channel, revision, offset, id, content(data), (String) data.get("authorId"));
      case "message:deleted" -> log.deleted(channel, revision, offset, id);
      default -> throw new IllegalArgumentException(event);
    }
  }

  /** The chat text, or another event's payload as JSON. */
  static String content(Map<String, Object> message) {
    return message.get("content") instanceof String text
        ? text
        : JsonText.write(message.get("payload"));
  }
}
