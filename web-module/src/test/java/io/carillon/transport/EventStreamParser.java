package io.carillon.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads an event stream as the HTML standard says (section 9.2.6), rule by rule and without mercy:
 * what the product writes is judged by this, so it shares nothing with it.
 */
public final class EventStreamParser {
  /**
   * What a client is given.
   *
   * @param lastEventId as it is when the event is dispatched
   */
  public record Event(String type, String data, String lastEventId) {}

  private final List<Event> events = new ArrayList<>();
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String idBuffer = "";
  private String lastEventId = "";
  private Long retryMillis;

  /** Reads a whole stream; an event that is not finished at its end is discarded. */
  public static EventStreamParser parse(byte[] utf8) {
    EventStreamParser parser = new EventStreamParser();
    String text = new String(utf8, StandardCharsets.UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\r') {
        continue;
      }
      parser.line(text.substring(start, i));
      if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
        i++;
      }
      start = i + 1;
    }
    return parser;
  }

  public List<Event> events() {
    return events;
  }

  /** What a client would send when it comes back. */
  public String lastEventId() {
    return lastEventId;
  }

  /** Null for never set. */
  public Long retryMillis() {
    return retryMillis;
  }

  private void line(String line) {
    if (line.isEmpty()) {
      dispatch();
      return;
    }
    int colon = line.indexOf(':');
    if (colon == 0) {
      return;
    }
    String field = colon < 0 ? line : line.substring(0, colon);
    String value = colon < 0 ? "" : line.substring(colon + 1);
    if (value.startsWith(" ")) {
      value = value.substring(1);
    }
    switch (field) {
      case "event" -> type = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          idBuffer = value;
        }
      }
      case "retry" -> {
        if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
          retryMillis = Long.valueOf(value);
        }
      }
      default -> {}
    }
  }

  private void dispatch() {
    lastEventId = idBuffer;
    if (data.length() > 0) {
      data.setLength(data.length() - 1);
      events.add(new Event(type.isEmpty() ? "message" : type, data.toString(), lastEventId));
    }
    data.setLength(0);
    type = "";
  }
}
