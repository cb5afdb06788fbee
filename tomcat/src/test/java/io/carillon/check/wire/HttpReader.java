package io.carillon.check.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads responses of HTTP/1.1 (RFC 9112) one after another, strictly: whatever is not exactly a
 * response where one is due is a {@link ProtocolViolation}. So a byte that belongs to somebody
 * else's response cannot pass unseen. One thread at a time.
 */
public final class HttpReader {
  private static final int MAX_HEAD_BYTES = 32 * 1024;
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([1-5][0-9]{2})(?: .*)?");
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
  private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9A-Fa-f]{1,8})(?:;.*)?");

  /** Hears what was read. */
  public interface Listener {
    void head(Head head);

    void body(ByteBuffer part);

    void end();
  }

  /**
   * A response's head.
   *
   * @param headers names in lower case; several of one name are joined by a comma
   */
  public record Head(int status, Map<String, String> headers) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    public boolean closes() {
      return header("connection").toLowerCase(Locale.ROOT).contains("close");
    }
  }

  private enum State {
    NOTHING_DUE,
    HEAD,
    LENGTH,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    UNTIL_CLOSE,
    RAW
  }

  private final Listener listener;
  private final StringBuilder line = new StringBuilder();
  private State state = State.NOTHING_DUE;
  private boolean carriageReturn;
  private int status; // 0 until the status line has been read
  private final Map<String, String> headers = new TreeMap<>();
  private int headBytes;
  private long left;
  private boolean headOnly;

  public HttpReader(Listener listener) {
    this.listener = listener;
  }

  /**
   * A response is due from now on, and none before.
   *
   * @param method of the request
   */
  public void expect(String method) {
    if (state != State.NOTHING_DUE) {
      throw new IllegalStateException("still reading");
    }
    state = State.HEAD;
    headOnly = method.equals("HEAD");
  }

  /** Whether a response has begun and not ended. */
  public boolean isInsideResponse() {
    return state != State.NOTHING_DUE && !(state == State.HEAD && headBytes == 0);
  }

  /** Reads all that is in the buffer. */
  public void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      switch (state) {
        case NOTHING_DUE ->
            throw new ProtocolViolation("bytes where no response is due: " + excerpt(bytes));
        case HEAD -> {
          String text = readLine(bytes);
          if (text != null) {
            headLine(text);
          }
        }
        case CHUNK_SIZE -> {
          String text = readLine(bytes);
          if (text != null) {
            chunkSize(text);
          }
        }
        case CHUNK_END -> {
          String text = readLine(bytes);
          if (text != null) {
            check(text.isEmpty(), "no line end after a chunk: " + text);
            state = State.CHUNK_SIZE;
          }
        }
        case TRAILER -> {
          String text = readLine(bytes);
          if (text != null) {
            check(text.isEmpty(), "a trailer: " + text);
            ended();
          }
        }
        case LENGTH, CHUNK -> {
          bodyPart(bytes);
        }
        case UNTIL_CLOSE, RAW -> {
          listener.body(bytes.slice());
          bytes.position(bytes.limit());
        }
      }
    }
  }

  /**
   * The connection has ended.
   *
   * @throws ProtocolViolation if that cuts a response short
   */
  public void finish() {
    if (state == State.UNTIL_CLOSE) {
      ended();
    } else if (isInsideResponse() && state != State.RAW) {
      throw new ProtocolViolation("the connection ended inside a response (" + state + ")");
    }
  }

  private String readLine(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      char c = (char) (bytes.get() & 0xFF);
      headBytes++;
      check(headBytes <= MAX_HEAD_BYTES, "a head without end");
      if (carriageReturn) {
        check(c == '\n', "a carriage return inside a line: " + line);
        carriageReturn = false;
        String text = line.toString();
        line.setLength(0);
        return text;
      }
      if (c == '\r') {
        carriageReturn = true;
      } else {
        check(c == '\t' || c >= ' ', "a control character in a line: " + line + " + " + (int) c);
        line.append(c);
      }
    }
    return null;
  }

  private void headLine(String text) {
    if (status == 0) {
      Matcher match = STATUS_LINE.matcher(text);
      check(match.matches(), "no status line: " + text);
      status = Integer.parseInt(match.group(1));
      return;
    }
    if (!text.isEmpty()) {
      Matcher match = HEADER.matcher(text);
      check(match.matches(), "no header: " + text);
      headers.merge(
          match.group(1).toLowerCase(Locale.ROOT), match.group(2), (a, b) -> a + ", " + b);
      return;
    }
    Head head = new Head(status, Map.copyOf(headers));
    status = 0;
    headers.clear();
    headBytes = 0;
    begin(head);
  }

  private void begin(Head head) {
    if (head.status() == 101) {
      state = State.RAW;
      listener.head(head);
      return;
    }
    if (head.status() < 200) {
      return; // another head follows
    }
    String length = head.header("content-length");
    String coding = head.header("transfer-encoding");
    check(length.isEmpty() || coding.isEmpty(), "both a length and a transfer coding");
    check(coding.isEmpty() || coding.equals("chunked"), "transfer coding " + coding);
    check(length.matches("[0-9]{0,18}"), "length " + length);
    boolean empty = headOnly || List.of(204, 205, 304).contains(head.status());
    if (empty) {
      state = State.LENGTH;
      left = 0;
    } else if (!coding.isEmpty()) {
      state = State.CHUNK_SIZE;
    } else if (!length.isEmpty()) {
      state = State.LENGTH;
      left = Long.parseLong(length);
    } else {
      state = State.UNTIL_CLOSE;
    }
    listener.head(head);
    if (state == State.LENGTH && left == 0) {
      ended();
    }
  }

  private void chunkSize(String text) {
    headBytes = 0;
    Matcher match = CHUNK_SIZE.matcher(text);
    check(match.matches(), "no chunk size: " + text);
    left = Long.parseLong(match.group(1), 16);
    state = left == 0 ? State.TRAILER : State.CHUNK;
  }

  private void bodyPart(ByteBuffer bytes) {
    int length = (int) Math.min(left, bytes.remaining());
    ByteBuffer part = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    left -= length;
    listener.body(part);
    if (left == 0) {
      if (state == State.CHUNK) {
        state = State.CHUNK_END;
      } else {
        ended();
      }
    }
  }

  private void ended() {
    state = State.NOTHING_DUE;
    headBytes = 0;
    listener.end();
  }

  private static void check(boolean right, String violation) {
    if (!right) {
      throw new ProtocolViolation(violation);
    }
  }

  private static String excerpt(ByteBuffer bytes) {
    ByteBuffer part = bytes.duplicate();
    byte[] some = new byte[Math.min(200, part.remaining())];
    part.get(some);
    return new String(some, StandardCharsets.ISO_8859_1);
  }
}
