package io.carillon.tomcat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What a client writes by RFC 6455, right or wrong. */
final class ClientFrames {
  private static final byte[] MASK = {0x11, (byte) 0xA2, 0x33, (byte) 0xC4};

  private ClientFrames() {}

  static byte[] text(String text) {
    return frame(true, 0x1, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] close(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (code >> 8);
    payload[1] = (byte) code;
    System.arraycopy(text, 0, payload, 2, text.length);
    return frame(true, 0x8, payload);
  }

  /** A frame as it should be: masked, its length written in the shortest way. */
  static byte[] frame(boolean last, int opcode, byte[] payload) {
    int length = payload.length;
    int lengthBytes = length < 126 ? 0 : length <= 0xFFFF ? 2 : 8;
    return frame((last ? 0x80 : 0) | opcode, true, length, lengthBytes, payload);
  }

  /**
   * A frame as one likes it.
   *
   * @param first the first byte: final bit, reserved bits, opcode
   * @param lengthBytes 0, 2 or 8 bytes for the length
   */
  static byte[] frame(int first, boolean masked, long length, int lengthBytes, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    int maskBit = masked ? 0x80 : 0;
    switch (lengthBytes) {
      case 0 -> out.write(maskBit | (int) length);
      case 2 -> out.write(maskBit | 126);
      default -> out.write(maskBit | 127);
    }
    for (int i = lengthBytes - 1; i >= 0; i--) {
      out.write((int) (length >> 8 * i));
    }
    if (masked) {
      out.writeBytes(MASK);
    }
    for (int i = 0; i < payload.length; i++) {
      out.write(masked ? payload[i] ^ MASK[i % MASK.length] : payload[i]);
    }
    return out.toByteArray();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
