package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.hub.EncodedFrame;
import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * The body of a polling request or answer: packets with 0x1E between them, a binary one as {@code
 * b} and base64.
 */
final class EnginePayload {
  static final byte SEPARATOR = 0x1e;

  /** Of one answer; what does not fit goes with the next one. */
  private static final int MAX_BYTES = 256 * 1024;

  /** Hears the packets of a body in order. */
  interface Handler {
    /**
     * @param utf8 type and data
     * @return false to hear no more
     */
    boolean onPacket(byte[] utf8, int offset, int length);

    /**
     * @return false to hear no more
     */
    boolean onBinary(byte[] bytes);
  }

  private EnginePayload() {}

  /**
   * Reads a body.
   *
   * @throws RealtimeException with {@code MALFORMED} for base64 that is none
   */
  static void read(byte[] body, int length, Handler handler) {
    int from = 0;
    boolean more = true;
    while (more && from <= length) {
      int end = from;
      while (end < length && body[end] != SEPARATOR) {
        end++;
      }
      more =
          end > from && body[from] == 'b'
              ? handler.onBinary(decode(body, from + 1, end))
              : handler.onPacket(body, from, end - from);
      from = end + 1;
    }
  }

  /** The Java client breaks lines after 76 characters, as MIME does. */
  private static byte[] decode(byte[] body, int from, int end) {
    byte[] base64 = new byte[end - from];
    System.arraycopy(body, from, base64, 0, base64.length);
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new RealtimeException(ErrorCode.MALFORMED, "base64", e);
    }
  }

  /**
   * How many frames go into one answer: at least one message, and each whole.
   *
   * @param count frames that wait, without a close
   */
  static int fitting(EncodedFrame[] frames, int count) {
    int taken = 0;
    int bytes = 0;
    while (taken < count && (taken == 0 || bytes + frames[taken].bytes().length <= MAX_BYTES)) {
      int next = taken + 1;
      if (frames[taken].form() == EncodedFrame.Form.BEGINNING) {
        if (next == count) {
          return taken; // its end comes with the next batch
        }
        next++;
      }
      for (int i = taken; i < next; i++) {
        bytes += frames[i].bytes().length;
      }
      taken = next;
    }
    return taken;
  }

  /** The packets of these frames, as one body. */
  static void write(EncodedFrame[] frames, int count, ByteArrayOutputStream body) {
    for (int i = 0; i < count; i++) {
      EncodedFrame frame = frames[i];
      if (body.size() > 0 && frame.form() != EncodedFrame.Form.END) {
        body.write(SEPARATOR);
      }
      byte[] bytes = frame.bytes();
      if (frame.form() == EncodedFrame.Form.BINARY) {
        body.write('b');
        bytes = Base64.getEncoder().encode(bytes);
      }
      body.write(bytes, 0, bytes.length);
    }
  }
}
