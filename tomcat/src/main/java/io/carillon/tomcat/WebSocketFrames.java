package io.carillon.tomcat;

import io.carillon.hub.EncodedFrame;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What a server writes by RFC 6455: whole frames without a mask, and the answer to a handshake. */
final class WebSocketFrames {
  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xA;

  static final int MAX_CONTROL_PAYLOAD = 125;

  /** Stands for a close frame without a code (section 7.1.5); never written as one. */
  static final int NO_STATUS = 1005;

  private static final int FIN = 0x80;
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final byte[] EMPTY_PING = {(byte) (FIN | PING), 0};
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private WebSocketFrames() {}

  /** The bytes of a queued frame on the wire; not to be changed. Not for a close. */
  static byte[] wire(EncodedFrame frame) {
    return frame.kind() == EncodedFrame.Kind.HEARTBEAT
        ? EMPTY_PING
        : switch (frame.form()) {
          case TEXT -> frame.wire(utf8 -> frame(TEXT, utf8));
          case BINARY -> frame.wire(bytes -> frame(BINARY, bytes));
          // A fragmented message (section 5.4): what all connections share, then what is one's own.
          case BEGINNING -> frame.wire(utf8 -> unfinished(frame(TEXT, utf8)));
          case END -> frame.wire(utf8 -> frame(CONTINUATION, utf8));
        };
  }

  private static byte[] unfinished(byte[] frame) {
    frame[0] &= (byte) ~FIN;
    return frame;
  }

  /** An answer to a ping, left out for a client that pings and does not read. */
  static EncodedFrame pong(byte[] payload) {
    EncodedFrame pong = EncodedFrame.droppable(payload);
    pong.wire(bytes -> frame(PONG, bytes)); // made once, so this framing stays
    return pong;
  }

  /** A close frame; {@link #NO_STATUS} gives one without a code. */
  static byte[] close(int code) {
    return frame(
        CLOSE, code == NO_STATUS ? new byte[0] : new byte[] {(byte) (code >> 8), (byte) code});
  }

  static byte[] frame(int opcode, byte[] payload) {
    int length = payload.length;
    int header = length < SHORT_LENGTH ? 2 : length <= 0xFFFF ? 4 : 10;
    byte[] frame = new byte[header + length];
    frame[0] = (byte) (FIN | opcode);
    if (header == 2) {
      frame[1] = (byte) length;
    } else if (header == 4) {
      frame[1] = SHORT_LENGTH;
      frame[2] = (byte) (length >> 8);
      frame[3] = (byte) length;
    } else {
      frame[1] = LONG_LENGTH; // and four of the eight bytes stay zero
      for (int i = 0; i < Integer.BYTES; i++) {
        frame[6 + i] = (byte) (length >> 8 * (3 - i));
      }
    }
    System.arraycopy(payload, 0, frame, header, length);
    return frame;
  }

  /** Whether {@code Sec-WebSocket-Key} is what section 4.1 asks for: 16 bytes in base64. */
  static boolean isKey(String key) {
    if (key.length() != 24) {
      return false;
    }
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** {@code Sec-WebSocket-Accept} for a key (section 4.2.2). */
  static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
