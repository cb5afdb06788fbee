package io.carillon.hub;

import io.carillon.domain.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/**
 * One unit for a client, encoded once and shared by all connections that speak the same wire
 * format. The bytes must not be changed after construction. Any thread.
 */
public final class EncodedFrame {
  /** What a transport does with a frame. */
  public enum Kind {
    /** Bytes that hold one event or more. */
    DATA,
    /** As {@link #DATA}, but may be left out for a client that falls behind. */
    DROPPABLE,
    /** The transport's own sign of life: a ping, or a comment on a stream. */
    HEARTBEAT,
    /** The end of the connection, after everything before it; {@link #closeReason()} says why. */
    CLOSE
  }

  private static final byte[] NOTHING = {};
  private static final EncodedFrame HEARTBEAT = new EncodedFrame(Kind.HEARTBEAT, NOTHING, null);

  /** Counted for each queued frame beside its bytes, so that many tiny frames are bounded too. */
  private static final int OVERHEAD_BYTES = 32;

  private final Kind kind;
  private final byte[] bytes;
  private final ErrorCode closeReason;
  private String text; // benign races: equal values, and both types are safe to publish this way
  private volatile byte[] wire;

  private EncodedFrame(Kind kind, byte[] bytes, ErrorCode closeReason) {
    this.kind = kind;
    this.bytes = bytes;
    this.closeReason = closeReason;
  }

  /** A frame that is never left out. The array is not copied. */
  public static EncodedFrame data(byte[] utf8) {
    return new EncodedFrame(Kind.DATA, utf8, null);
  }

  /** A frame that a half-full queue leaves out. The array is not copied. */
  public static EncodedFrame droppable(byte[] utf8) {
    return new EncodedFrame(Kind.DROPPABLE, utf8, null);
  }

  public static EncodedFrame data(String text) {
    return data(text.getBytes(StandardCharsets.UTF_8));
  }

  public static EncodedFrame heartbeat() {
    return HEARTBEAT;
  }

  public static EncodedFrame close(ErrorCode reason) {
    return new EncodedFrame(Kind.CLOSE, NOTHING, reason);
  }

  public Kind kind() {
    return kind;
  }

  /** UTF-8 text; empty for {@link Kind#HEARTBEAT} and {@link Kind#CLOSE}. Not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** The same as a string, for transports that take nothing else; made once. */
  public String text() {
    String made = text;
    if (made == null) {
      made = new String(bytes, StandardCharsets.UTF_8);
      text = made;
    }
    return made;
  }

  /**
   * The bytes in a transport's own framing, made once. All transports that call this for one frame
   * frame alike; today that is RFC 6455 without a mask.
   */
  public byte[] wire(UnaryOperator<byte[]> framing) {
    byte[] made = wire;
    if (made == null) {
      made = framing.apply(bytes);
      wire = made;
    }
    return made;
  }

  /** Only for {@link Kind#CLOSE}. */
  public ErrorCode closeReason() {
    return closeReason;
  }

  /** What this frame counts in a queue. */
  public int sizeBytes() {
    return bytes.length + OVERHEAD_BYTES;
  }
}
