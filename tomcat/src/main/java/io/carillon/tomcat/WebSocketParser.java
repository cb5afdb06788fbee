package io.carillon.tomcat;

import static io.carillon.transport.WebSocketConnection.FAR_TOO_LARGE;
import static io.carillon.transport.WebSocketConnection.INVALID_UTF8;
import static io.carillon.transport.WebSocketConnection.PROTOCOL_ERROR;
import static io.carillon.transport.WebSocketConnection.TOO_LARGE;
import static io.carillon.transport.WebSocketConnection.UNSUPPORTED_DATA;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Reads what a client sends by RFC 6455, in pieces of any size. The first violation ends it. A
 * message that arrives in one piece is handed on where it lies; only what is cut is copied, and of
 * a message over the limit no more than the limit. One thread at a time.
 */
final class WebSocketParser {

  /** Hears what was read. The arrays are to be read only during the call. */
  interface Handler {
    /** A text message within the limit. */
    void onMessage(byte[] utf8, int offset, int length);

    /** A binary message within the limit; only where they are taken. */
    void onBinaryMessage(byte[] bytes, int offset, int length);

    /** The beginning of a message over the limit. */
    void onOversizedMessage(byte[] head, int offset, int length);

    void onPing(byte[] payload);

    void onPong();

    /**
     * The client has ended; nothing is read after it.
     *
     * @param code valid in a close frame, or {@link WebSocketFrames#NO_STATUS}
     */
    void onCloseFrame(int code);

    /**
     * The client has broken the protocol; nothing is read after it.
     *
     * @param code to close with
     */
    void onViolation(int code);
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int MAX_HEADER = 14;
  private static final int FIRST_CONTROL = 0x8;
  private static final byte[] NOTHING = {};

  private final int limit;
  private final boolean takesBinary;

  // The frame that is being read.
  private final byte[] header = new byte[MAX_HEADER];
  private int headerBytes; // read so far; 0 between frames
  private boolean inPayload;
  private boolean last;
  private int opcode;
  private long missing; // payload bytes still to come
  private int mask;
  private int maskPhase; // which byte of the mask comes next
  private byte[] control = NOTHING; // a control frame's payload so far
  private int controlBytes;

  // The message that is being read, of one frame or more.
  private boolean inMessage;
  private boolean binary;
  private byte[] message = NOTHING;
  private int kept;
  private long total;
  private int utf8;

  private boolean ended;

  /**
   * @param limit bytes of a message, itself included
   * @param takesBinary otherwise a binary message is a violation
   */
  WebSocketParser(int limit, boolean takesBinary) {
    this.limit = limit;
    this.takesBinary = takesBinary;
  }

  /** Whether this one reads as a new one with these limits would. */
  boolean isFor(int otherLimit, boolean binary) {
    return limit == otherLimit && takesBinary == binary;
  }

  /** Whether nothing has been begun, so that a new parser would do as well. */
  boolean isIdle() {
    return headerBytes == 0 && !inPayload && !inMessage && !ended;
  }

  /** Nothing is read any more: after a close frame or a violation. */
  boolean hasEnded() {
    return ended;
  }

  /**
   * Reads all of these bytes, up to the end of the conversation.
   *
   * @param in changed in place
   * @param end exclusive
   */
  void read(byte[] in, int from, int end, Handler handler) {
    int at = from;
    while (!ended && (at < end || (inPayload && missing == 0))) {
      at = inPayload ? readPayload(in, at, end, handler) : readHeader(in, at, end, handler);
    }
  }

  // ---- headers

  private int readHeader(byte[] in, int from, int end, Handler handler) {
    int at = from;
    while (at < end) {
      header[headerBytes++] = in[at++];
      if (headerBytes == 2 && !isHeaderAllowed(handler)) {
        return at;
      }
      if (headerBytes >= 2 && headerBytes == headerLength()) {
        beginPayload(handler);
        return at;
      }
    }
    return at;
  }

  private int headerLength() {
    int code = header[1] & 0x7F;
    return (code < 126 ? 2 : code == 126 ? 4 : 10) + Integer.BYTES;
  }

  /** Looks at the first two bytes, which tell everything but lengths. */
  private boolean isHeaderAllowed(Handler handler) {
    last = (header[0] & 0x80) != 0;
    opcode = header[0] & 0x0F;
    boolean reserved = (header[0] & 0x70) != 0; // no extension was agreed on
    boolean masked = (header[1] & 0x80) != 0;
    int violation = 0;
    if (reserved || !masked) {
      violation = PROTOCOL_ERROR;
    } else if (opcode >= FIRST_CONTROL) {
      boolean known =
          opcode == WebSocketFrames.CLOSE
              || opcode == WebSocketFrames.PING
              || opcode == WebSocketFrames.PONG;
      boolean isShort = (header[1] & 0x7F) <= WebSocketFrames.MAX_CONTROL_PAYLOAD;
      violation = known && isShort && last ? 0 : PROTOCOL_ERROR;
    } else if (opcode == WebSocketFrames.CONTINUATION) {
      violation = inMessage ? 0 : PROTOCOL_ERROR;
    } else if (opcode == WebSocketFrames.TEXT) {
      violation = inMessage ? PROTOCOL_ERROR : 0;
    } else if (opcode == WebSocketFrames.BINARY && !inMessage) {
      violation = takesBinary ? 0 : UNSUPPORTED_DATA;
    } else {
      violation = PROTOCOL_ERROR;
    }
    if (violation != 0) {
      violate(violation, handler);
    }
    return violation == 0;
  }

  private void beginPayload(Handler handler) {
    int code = header[1] & 0x7F;
    int maskAt = headerBytes - Integer.BYTES;
    long length = code < 126 ? code : number(2, maskAt);
    // Lengths have one way to be written (section 5.2), and the highest bit is no part of them.
    if (length < 0 || (code == 126 && length < 126) || (code == 127 && length <= 0xFFFF)) {
      violate(PROTOCOL_ERROR, handler);
      return;
    }
    mask = (int) number(maskAt, headerBytes);
    maskPhase = 0;
    missing = length;
    headerBytes = 0;
    inPayload = true;
    if (opcode < FIRST_CONTROL) {
      if (!inMessage) {
        binary = opcode == WebSocketFrames.BINARY;
      }
      inMessage = true;
      if (length > (long) FAR_TOO_LARGE * limit - total) {
        violate(TOO_LARGE, handler);
        return;
      }
      total += length;
    } else {
      control = new byte[(int) length];
      controlBytes = 0;
    }
  }

  private long number(int from, int end) {
    long number = 0;
    for (int i = from; i < end; i++) {
      number = number << 8 | (header[i] & 0xFF);
    }
    return number;
  }

  // ---- payloads

  private int readPayload(byte[] in, int at, int end, Handler handler) {
    int length = (int) Math.min(missing, end - at);
    unmask(in, at, at + length);
    missing -= length;
    if (opcode >= FIRST_CONTROL) {
      System.arraycopy(in, at, control, controlBytes, length);
      controlBytes += length;
      if (missing == 0) {
        inPayload = false;
        completeControl(handler);
      }
    } else {
      readMessage(in, at, length, handler);
    }
    return at + length;
  }

  private void readMessage(byte[] in, int at, int length, Handler handler) {
    if (!binary) {
      utf8 = Utf8Check.check(utf8, in, at, at + length);
    }
    boolean complete = missing == 0 && last;
    if (utf8 == Utf8Check.INVALID || (complete && utf8 != Utf8Check.COMPLETE)) {
      violate(INVALID_UTF8, handler);
      return;
    }
    if (missing == 0) {
      inPayload = false;
    }
    if (!complete) {
      keep(in, at, length);
      return;
    }
    byte[] text = in;
    int offset = at;
    if (total > length) { // some of it came before
      keep(in, at, length);
      text = message;
      offset = 0;
    }
    int size = (int) total; // at most some times the limit
    message = NOTHING;
    kept = 0;
    total = 0;
    inMessage = false;
    if (size > limit) {
      handler.onOversizedMessage(text, offset, limit);
    } else if (binary) {
      handler.onBinaryMessage(text, offset, size);
    } else {
      handler.onMessage(text, offset, size);
    }
  }

  private void keep(byte[] in, int at, int length) {
    int room = Math.min(length, limit - kept);
    if (room > message.length - kept) {
      int larger = Math.max(kept + room, Math.min(2 * message.length, limit));
      message = Arrays.copyOf(message, larger);
    }
    System.arraycopy(in, at, message, kept, room);
    kept += room;
  }

  private void unmask(byte[] bytes, int from, int end) {
    int key = Integer.rotateLeft(mask, 8 * maskPhase); // so that its first byte comes next
    maskPhase = maskPhase + (end - from) & 3;
    long twice = (long) key << 32 | (key & 0xFFFFFFFFL);
    int at = from;
    while (at + Long.BYTES <= end) {
      LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ twice);
      at += Long.BYTES;
    }
    for (int i = 0; at < end; i++) {
      bytes[at++] ^= (byte) (twice >> 8 * (7 - i));
    }
  }

  // ---- control frames

  private void completeControl(Handler handler) {
    byte[] payload = control;
    control = NOTHING;
    switch (opcode) {
      case WebSocketFrames.PING -> handler.onPing(payload);
      case WebSocketFrames.PONG -> handler.onPong();
      default -> completeClose(payload, handler);
    }
  }

  private void completeClose(byte[] payload, Handler handler) {
    if (payload.length == 1) {
      violate(PROTOCOL_ERROR, handler);
      return;
    }
    int code = WebSocketFrames.NO_STATUS;
    if (payload.length >= 2) {
      code = (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
      if (!isCloseCode(code)) {
        violate(PROTOCOL_ERROR, handler);
        return;
      }
      if (Utf8Check.check(Utf8Check.COMPLETE, payload, 2, payload.length) != Utf8Check.COMPLETE) {
        violate(INVALID_UTF8, handler);
        return;
      }
    }
    ended = true;
    handler.onCloseFrame(code);
  }

  /** What may stand in a close frame: section 7.4 and IANA's registry. */
  private static boolean isCloseCode(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private void violate(int code, Handler handler) {
    ended = true;
    message = NOTHING;
    handler.onViolation(code);
  }
}
