package io.carillon.transport;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The {@code text/event-stream} format (HTML standard, section 9.2), in UTF-8. It has no escapes,
 * so whatever could end a line early is dealt with here: in data and comments each line gets a
 * field of its own, an id or a name with a line break or a NUL is refused. Any thread.
 */
public final class SseText {
  /** A comment, for a silent connection. */
  static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMENT = ": ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RETRY = "retry: ".getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream bytes;

  private SseText(int expectedBytes) {
    bytes = new ByteArrayOutputStream(expectedBytes);
  }

  /** An event in the making; the fields go out in the order of the calls. */
  public static SseText event() {
    return new SseText(128);
  }

  /**
   * @param expectedBytes of the whole event, about
   */
  public static SseText event(int expectedBytes) {
    return new SseText(expectedBytes);
  }

  /**
   * An event of any maker. One without data fires nothing.
   *
   * @throws IllegalArgumentException for an id or name with a line break or NUL, or for data that
   *     is no text, number or boolean
   */
  public static byte[] bytes(OutboundSseEvent event) {
    SseText text = event();
    if (event.getComment() != null) {
      text.comment(event.getComment());
    }
    if (event.getName() != null) {
      text.name(event.getName());
    }
    if (event.getId() != null) {
      text.id(event.getId());
    }
    if (event.getReconnectDelay() != SseEvent.RECONNECT_NOT_SET) {
      text.retry(event.getReconnectDelay());
    }
    if (event.getData() != null) {
      text.data(StreamEvent.textOf(event.getData()));
    }
    return text.end();
  }

  /**
   * @throws IllegalArgumentException for a line break or a NUL
   */
  public SseText id(String id) {
    put(ID);
    put(oneLine(id, "id"));
    bytes.write('\n');
    return this;
  }

  /**
   * The event's type; without it, or empty, browsers call {@code onmessage}.
   *
   * @throws IllegalArgumentException for a line break or a NUL
   */
  public SseText name(String name) {
    put(EVENT);
    put(oneLine(name, "event name"));
    bytes.write('\n');
    return this;
  }

  /**
   * How long a client waits before it connects again.
   *
   * @param millis 0 or more
   */
  public SseText retry(long millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("negative reconnection time");
    }
    put(RETRY);
    put(Long.toString(millis).getBytes(StandardCharsets.US_ASCII));
    bytes.write('\n');
    return this;
  }

  /** A client gets every kind of line break back as a line feed. */
  public SseText data(String data) {
    return data(data.getBytes(StandardCharsets.UTF_8));
  }

  /** As {@link #data(String)}, from UTF-8. */
  public SseText data(byte[] utf8) {
    lines(DATA, utf8);
    return this;
  }

  /** What no client sees. */
  public SseText comment(String comment) {
    lines(COMMENT, comment.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** The event's lines so far, for a body that follows. */
  public byte[] lines() {
    return bytes.toByteArray();
  }

  /** The whole event. */
  public byte[] end() {
    bytes.write('\n');
    return bytes.toByteArray();
  }

  /**
   * The event that {@link #end()} has written, for a sink that writes it anew. What is no event of
   * this class's gives no sense.
   */
  public static StreamEvent parse(byte[] utf8) {
    StreamEvent.Builder event = StreamEvent.builder();
    StringBuilder data = null;
    StringBuilder comment = null;
    for (String line : new String(utf8, StandardCharsets.UTF_8).split("\n")) {
      int colon = line.indexOf(": ");
      if (colon < 0) {
        continue;
      }
      String value = line.substring(colon + 2);
      switch (line.substring(0, colon)) {
        case "id" -> event.id(value);
        case "event" -> event.name(value);
        case "retry" -> event.reconnectDelay(Long.parseLong(value));
        case "data" ->
            data = data == null ? new StringBuilder(value) : data.append('\n').append(value);
        case "" ->
            comment =
                comment == null ? new StringBuilder(value) : comment.append('\n').append(value);
        default -> {}
      }
    }
    return event.data(data).comment(comment == null ? null : comment.toString()).build();
  }

  private void lines(byte[] field, byte[] utf8) {
    int start = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte b = utf8[i];
      if (b == '\n' || b == '\r') {
        line(field, utf8, start, i);
        if (b == '\r' && i + 1 < utf8.length && utf8[i + 1] == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    line(field, utf8, start, utf8.length); // also when it is empty: only a field makes it count
  }

  private void line(byte[] field, byte[] utf8, int start, int end) {
    put(field);
    bytes.write(utf8, start, end - start);
    bytes.write('\n');
  }

  private void put(byte[] some) {
    bytes.write(some, 0, some.length);
  }

  private static byte[] oneLine(String text, String what) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r' || c == 0) {
        throw new IllegalArgumentException("line break or NUL in an " + what);
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
