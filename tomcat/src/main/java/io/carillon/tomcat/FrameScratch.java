package io.carillon.tomcat;

import io.carillon.hub.EncodedFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A thread's buffer of bytes for a socket. A fan-out gives the same frames to one connection after
 * the other, so what was filled in for one is written to the next as it is: the bytes are copied
 * out of the Java heap once for each batch, not once for each connection. Confined to its thread.
 */
final class FrameScratch {
  /** More than a socket takes at once, as a rule. */
  private static final int CAPACITY = 128 * 1024;

  private static final int MAX_FRAMES = 64;
  private static final ThreadLocal<FrameScratch> FOR_WEB_SOCKETS =
      ThreadLocal.withInitial(() -> new FrameScratch(WebSocketFrames::wire));
  private static final ThreadLocal<FrameScratch> FOR_STREAMS =
      ThreadLocal.withInitial(() -> new FrameScratch(EncodedFrame::bytes));

  private final Function<EncodedFrame, byte[]> wire;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(CAPACITY);
  private final EncodedFrame[] held = new EncodedFrame[MAX_FRAMES]; // whole, from the beginning on
  private int heldCount;
  private int heldBytes;

  private FrameScratch(Function<EncodedFrame, byte[]> wire) {
    this.wire = wire;
  }

  /** This thread's, for frames as RFC 6455 has them. */
  static FrameScratch forWebSockets() {
    return FOR_WEB_SOCKETS.get();
  }

  /** This thread's, for frames whose bytes go out as they are. */
  static FrameScratch forStreams() {
    return FOR_STREAMS.get();
  }

  /**
   * The bytes of frames as far as they fit, ready to be written; to be used before the next call.
   *
   * @param from the first frame
   * @param end exclusive; no close among them
   * @param skip bytes of the first frame that are out already
   */
  ByteBuffer fill(EncodedFrame[] frames, int from, int end, int skip) {
    if (skip == 0 && holds(frames, from, end)) {
      return buffer.position(0).limit(heldBytes);
    }
    Arrays.fill(held, 0, heldCount, null);
    heldCount = 0;
    buffer.clear();
    int done = skip;
    for (int i = from; i < end; i++) {
      byte[] bytes = wire.apply(frames[i]);
      int length = Math.min(bytes.length - done, buffer.remaining());
      buffer.put(bytes, done, length);
      if (length < bytes.length - done) {
        heldCount = 0; // cut: good for this one connection only
        return buffer.flip();
      }
      done = 0;
    }
    if (skip == 0 && end - from <= MAX_FRAMES) {
      heldCount = end - from;
      System.arraycopy(frames, from, held, 0, heldCount);
      heldBytes = buffer.position();
    }
    return buffer.flip();
  }

  private boolean holds(EncodedFrame[] frames, int from, int end) {
    if (heldCount != end - from || heldCount == 0) {
      return false;
    }
    for (int i = 0; i < heldCount; i++) {
      if (held[i] != frames[from + i]) {
        return false;
      }
    }
    return true;
  }
}
