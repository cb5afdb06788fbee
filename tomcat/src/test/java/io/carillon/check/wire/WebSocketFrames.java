package io.carillon.check.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Frames as a client writes them: masked. */
public final class WebSocketFrames {
  private WebSocketFrames() {}

  public static byte[] text(String message) {
    return frame(WebSocketReader.TEXT, message.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] pong(byte[] payload) {
    return frame(WebSocketReader.PONG, payload);
  }

  public static byte[] ping(byte[] payload) {
    return frame(WebSocketReader.PING, payload);
  }

  public static byte[] close(int code) {
    return frame(WebSocketReader.CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
  }

  public static byte[] binary(byte[] payload) {
    return frame(WebSocketReader.BINARY, payload);
  }

  private static byte[] frame(int opcode, byte[] payload) {
    int length = payload.length;
    ByteBuffer frame = ByteBuffer.allocate(length + 14);
    frame.put((byte) (0x80 | opcode));
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 65_536) {
      frame.put((byte) (0x80 | 126)).putShort((short) length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(length);
    }
    byte[] mask = new byte[4];
    ThreadLocalRandom.current().nextBytes(mask);
    frame.put(mask);
    for (int i = 0; i < length; i++) {
      frame.put((byte) (payload[i] ^ mask[i & 3]));
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }
}
