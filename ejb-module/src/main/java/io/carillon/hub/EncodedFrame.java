package io.carillon.hub;

import io.carillon.domain.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

  /** How much of a message a frame's bytes are, and of which sort. */
  public enum Form {
    /** A whole message of text: the rule. */
    TEXT,
    /** The beginning of one; the frame that follows at once is its {@link #END}. */
    BEGINNING,
    /** The end of a message of text. */
    END,
    /** A whole message of bytes. */
    BINARY
  }

  private static final byte[] NOTHING = {};
  private static final EncodedFrame HEARTBEAT =
      new EncodedFrame(Kind.HEARTBEAT, Form.TEXT, NOTHING, List.of(), null);

  /** Counted for each queued frame beside its bytes, so that many tiny frames are bounded too. */
  private static final int OVERHEAD_BYTES = 32;

  private final Kind kind;
  private final Form form;
  private final byte[] bytes;
  private final List<EncodedFrame> following;
  private final ErrorCode closeReason;
  private String text; // benign races: equal values, and both types are safe to publish this way
  private volatile byte[] wire;
  private volatile EncodedFrame variant;

  private EncodedFrame(
      Kind kind, Form form, byte[] bytes, List<EncodedFrame> following, ErrorCode closeReason) {
    this.kind = kind;
    this.form = form;
    this.bytes = bytes;
    this.following = following;
    this.closeReason = closeReason;
  }

  /** A frame that is never left out. The array is not copied. */
  public static EncodedFrame data(byte[] utf8) {
    return new EncodedFrame(Kind.DATA, Form.TEXT, utf8, List.of(), null);
  }

  /** A frame that a half-full queue leaves out. The array is not copied. */
  public static EncodedFrame droppable(byte[] utf8) {
    return new EncodedFrame(Kind.DROPPABLE, Form.TEXT, utf8, List.of(), null);
  }

  /** A part of a message, or one of bytes; never left out alone. The array is not copied. */
  public static EncodedFrame data(Form form, byte[] bytes) {
    return new EncodedFrame(Kind.DATA, form, bytes, List.of(), null);
  }

  /** This frame with others that belong to it; see {@link #following()}. */
  public EncodedFrame followedBy(List<EncodedFrame> frames) {
    return new EncodedFrame(kind, form, bytes, List.copyOf(frames), closeReason);
  }

  public static EncodedFrame data(String text) {
    return data(text.getBytes(StandardCharsets.UTF_8));
  }

  public static EncodedFrame heartbeat() {
    return HEARTBEAT;
  }

  public static EncodedFrame close(ErrorCode reason) {
    return new EncodedFrame(Kind.CLOSE, Form.TEXT, NOTHING, List.of(), reason);
  }

  public Kind kind() {
    return kind;
  }

  public Form form() {
    return form;
  }

  /** Frames that go out right behind this one, with nothing between; mostly none. */
  public List<EncodedFrame> following() {
    return following;
  }

  /** The same event in a second form, made once. All callers for one frame make the same. */
  public EncodedFrame variant(UnaryOperator<EncodedFrame> making) {
    EncodedFrame made = variant;
    if (made == null) {
      made = making.apply(this);
      variant = made;
    }
    return made;
  }

  /**
   * UTF-8 text, or bytes of {@link Form#BINARY}; empty for {@link Kind#HEARTBEAT} and {@link
   * Kind#CLOSE}. Not to be changed.
   */
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
