package io.carillon.check.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads what a server sends over a WebSocket (RFC 6455) with no extension agreed, strictly. One
 * thread at a time.
 */
public final class WebSocketReader {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final int MAX_CONTROL_BYTES = 125;
  private static final int MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

  /** Hears what was read. */
  public interface Listener {
    void text(String message);

    void ping(byte[] payload);

    void pong(byte[] payload);

    /**
     * @param code 1005 where the frame has none
     */
    void close(int code, String reason);
  }

  private final Listener listener;
  private final ByteArrayOutputStream message = new ByteArrayOutputStream(512);
  private final byte[] head = new byte[10];
  private int headLength;
  private int headNeeded = 2;
  private byte[] payload; // null while the head is being read
  private int payloadLength;
  private boolean insideMessage;
  private boolean closed;

  public WebSocketReader(Listener listener) {
    this.listener = listener;
  }

  public void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      check(!closed, "bytes after a close frame");
      if (payload == null) {
        head[headLength++] = bytes.get();
        if (headLength == 2) {
          checkHead();
        }
        if (headLength == headNeeded) {
          payload = new byte[length()];
          payloadLength = 0;
        }
      } else {
        int count = Math.min(bytes.remaining(), payload.length - payloadLength);
        bytes.get(payload, payloadLength, count);
        payloadLength += count;
      }
      if (payload != null && payloadLength == payload.length) {
        byte[] whole = payload;
        int first = head[0] & 0xFF;
        payload = null;
        headLength = 0;
        headNeeded = 2;
        frame((first & 0x80) != 0, first & 0x0F, whole);
      }
    }
  }

  private void checkHead() {
    int opcode = head[0] & 0x0F;
    check((head[0] & 0x70) == 0, "a reserved bit");
    check((head[1] & 0x80) == 0, "a masked frame");
    check(opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG), "opcode " + opcode);
    int length = head[1] & 0x7F;
    if (opcode >= CLOSE) {
      check((head[0] & 0x80) != 0, "a control frame in fragments");
      check(length <= MAX_CONTROL_BYTES, "a long control frame");
    }
    headNeeded = length == 126 ? 4 : length == 127 ? 10 : 2;
  }

  private int length() {
    int length = head[1] & 0x7F;
    if (length < 126) {
      return length;
    }
    long extended = 0;
    for (int i = 2; i < headNeeded; i++) {
      extended = extended << 8 | head[i] & 0xFF;
    }
    check(extended > (length == 126 ? 125 : 65_535), "a length that is not minimal");
    check(extended <= MAX_MESSAGE_BYTES, "a frame of " + extended + " bytes");
    return (int) extended;
  }

  private void frame(boolean last, int opcode, byte[] bytes) {
    switch (opcode) {
      case PING -> listener.ping(bytes);
      case PONG -> listener.pong(bytes);
      case CLOSE -> close(bytes);
      default -> {
        check((opcode == CONTINUATION) == insideMessage, "fragments in disorder");
        check(opcode != BINARY, "a binary message");
        message.write(bytes, 0, bytes.length);
        insideMessage = !last;
        if (last) {
          String text = utf8(message.toByteArray());
          message.reset();
          listener.text(text);
        }
      }
    }
  }

  private void close(byte[] bytes) {
    closed = true;
    check(bytes.length != 1, "a close frame of one byte");
    int code = bytes.length == 0 ? 1005 : (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
    String reason =
        bytes.length < 3 ? "" : utf8(java.util.Arrays.copyOfRange(bytes, 2, bytes.length));
    listener.close(code, reason);
  }

  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ProtocolViolation("not UTF-8");
    }
  }

  private static void check(boolean right, String violation) {
    if (!right) {
      throw new ProtocolViolation(violation);
    }
  }
}
