package io.carillon.check;

import io.carillon.check.client.RestClient;
import io.carillon.check.wire.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a channel's history over REST. */
final class Histories {
  private static final int PAGE = 200;

  private final RestClient rest;

  Histories(RestClient rest) {
    this.rest = rest;
  }

  /** The position of the channel's end. */
  String position(String channel) {
    return (String) page(channel, "limit=1").get("position");
  }

  /** Reads all of it, page by page, into the record of a run. */
  void record(Recorder recorder, String channel, String node) {
    List<Recorder.Row> rows = new ArrayList<>();
    String position = "";
    boolean more = true;
    long after = 0;
    while (more) {
      Map<String, Object> page = page(channel, "limit=" + PAGE + "&after=" + after);
      for (Object message : JsonText.asList(page.get("messages"))) {
        Recorder.Row row = row(JsonText.asObject(message));
        rows.add(row);
        after = row.offset();
      }
      more = Boolean.TRUE.equals(page.get("hasMore"));
      position = (String) page.get("position");
    }
    recorder.history(
        Recorder.channel(rest.caller().organization(), channel),
        node,
        rows,
        Positions.offset(position));
  }

  /**
   * Reads the latest page into a reader's log, as an application does that goes on from there.
   *
   * @return the position to go on from
   */
  String readInto(ReaderLog log, String channel, int limit) {
    Map<String, Object> page = page(channel, "limit=" + limit);
    String key = Recorder.channel(rest.caller().organization(), channel);
    String position = (String) page.get("position");
    List<?> messages = JsonText.asList(page.get("messages"));
    log.started(
        key,
        messages.isEmpty()
            ? Positions.offset(position)
            : (Long) JsonText.asObject(messages.get(0)).get("offset") - 1);
    for (Object message : messages) {
      Deliveries.record(
          log, rest.caller().organization(), "message:new", JsonText.asObject(message));
    }
    log.complete(key, Positions.offset(position));
    return position;
  }

  private Map<String, Object> page(String channel, String query) {
    return rest.get("/api/channels/" + RestClient.encode(channel) + "/messages?" + query)
        .join()
        .orRefused()
        .json();
  }

  private static Recorder.Row row(Map<String, Object> message) {
    boolean deleted = Boolean.TRUE.equals(message.get("deleted"));
    return new Recorder.Row(
        (Long) message.get("offset"),
        (Long) message.get("revision"),
        (String) message.get("id"),
        deleted ? "" : (String) message.get("authorId"),
        deleted ? "" : String.valueOf(message.getOrDefault("clientId", "")),
        deleted ? 0 : Recorder.hash(Deliveries.content(message)),
        deleted);
  }
}
