package io.carillon.check.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads an event stream by the parsing rules of the HTML standard (section 9.2), but for its
 * leniency: text that is not UTF-8 is a {@link ProtocolViolation}. One thread at a time.
 */
public final class SseReader {
  private static final int MAX_LINE_BYTES = 8 * 1024 * 1024;

  /**
   * An event as a page gets it.
   *
   * @param type {@code message} where the stream names none
   * @param lastId the stream's last id at that time, empty before the first
   */
  public record Event(String type, String data, String lastId) {}

  /** Hears what was read, in order. */
  public interface Listener {
    void event(Event event);

    /** The stream's id has moved without an event. */
    default void moved(String lastId) {}
  }

  private final Listener listener;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private boolean afterCarriageReturn;
  private boolean begun;
  private String type = "";
  private String idBuffer = "";
  private String lastId = "";
  private long retryMillis = -1;
  private long comments;

  public SseReader(Listener listener) {
    this.listener = listener;
  }

  public void read(ByteBuffer bytes) {
    byte[] some = new byte[bytes.remaining()];
    bytes.get(some);
    int lineStart = 0;
    for (int i = 0; i < some.length; i++) {
      byte b = some[i];
      if (b != '\n' && b != '\r') {
        afterCarriageReturn = false;
        continue;
      }
      if (afterCarriageReturn && b == '\n') {
        afterCarriageReturn = false; // the second half of a line end
      } else {
        afterCarriageReturn = b == '\r';
        append(some, lineStart, i);
        line(decoded());
      }
      lineStart = i + 1;
    }
    append(some, lineStart, some.length);
  }

  private void append(byte[] bytes, int from, int to) {
    line.write(bytes, from, to - from);
    if (line.size() > MAX_LINE_BYTES) {
      throw new ProtocolViolation("a line without end");
    }
  }

  private String decoded() {
    byte[] bytes = line.toByteArray();
    line.reset();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolViolation("not UTF-8");
    }
    if (!begun && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    begun = true;
    return text;
  }

  private void line(String text) {
    if (text.isEmpty()) {
      dispatch();
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      comments++;
      return;
    }
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    field(field, value.startsWith(" ") ? value.substring(1) : value);
  }

  private void field(String field, String value) {
    switch (field) {
      case "data" -> {
        data.append(value).append('\n');
        hasData = true;
      }
      case "event" -> type = value;
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          idBuffer = value;
        }
      }
      case "retry" -> {
        if (value.matches("[0-9]{1,15}")) {
          retryMillis = Long.parseLong(value);
        }
      }
      default -> {} // the standard ignores other fields
    }
  }

  private void dispatch() {
    boolean moves = !lastId.equals(idBuffer);
    lastId = idBuffer;
    String name = type.isEmpty() ? "message" : type;
    type = "";
    if (!hasData) {
      if (moves) {
        listener.moved(lastId);
      }
      return;
    }
    data.setLength(data.length() - 1);
    String text = data.toString();
    data.setLength(0);
    hasData = false;
    listener.event(new Event(name, text, lastId));
  }

  /** What a client would send as {@code Last-Event-ID} now; empty for none. */
  public String lastId() {
    return lastId;
  }

  /** The last {@code retry}, or -1. */
  public long retryMillis() {
    return retryMillis;
  }

  /** Lines of comment so far. */
  public long comments() {
    return comments;
  }
}
