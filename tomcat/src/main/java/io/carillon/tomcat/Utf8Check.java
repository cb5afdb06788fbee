package io.carillon.tomcat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells whether bytes are UTF-8 (RFC 3629), piece by piece: an {@code int} says what may come next,
 * so a character may be cut anywhere. Overlong forms, surrogates and code points beyond U+10FFFF
 * are not UTF-8, and the first byte that cannot be part of any character is noticed at once.
 */
final class Utf8Check {
  /** Between two characters: where a text begins and must end. */
  static final int COMPLETE = 0;

  static final int INVALID = -1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final int ANY_LOW = 0x80;
  private static final int ANY_HIGH = 0xBF;

  private Utf8Check() {}

  /**
   * Checks what comes next.
   *
   * @param state {@link #COMPLETE}, or what an earlier call returned
   * @param end exclusive
   * @return the state after these bytes, or {@link #INVALID} for good
   */
  static int check(int state, byte[] bytes, int from, int end) {
    int at = from;
    int now = state;
    while (at < end) {
      if (now == COMPLETE) {
        at = skipAscii(bytes, at, end);
        if (at == end) {
          return COMPLETE;
        }
        now = afterFirst(bytes[at++] & 0xFF);
      } else {
        now = afterNext(now, bytes[at++] & 0xFF);
      }
      if (now == INVALID) {
        return INVALID;
      }
    }
    return now;
  }

  private static int skipAscii(byte[] bytes, int from, int end) {
    int at = from;
    while (at + Long.BYTES <= end && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
      at += Long.BYTES;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** How many bytes are still to come, and between which bounds the next of them lies. */
  private static int state(int missing, int low, int high) {
    return missing | low << 8 | high << 16;
  }

  private static int afterFirst(int first) {
    if (first < 0xC2) {
      return INVALID; // a continuation, or an overlong form of ASCII
    }
    if (first < 0xE0) {
      return state(1, ANY_LOW, ANY_HIGH);
    }
    if (first < 0xF0) {
      return switch (first) {
        case 0xE0 -> state(2, 0xA0, ANY_HIGH); // below: overlong
        case 0xED -> state(2, ANY_LOW, 0x9F); // above: surrogates
        default -> state(2, ANY_LOW, ANY_HIGH);
      };
    }
    return switch (first) {
      case 0xF0 -> state(3, 0x90, ANY_HIGH); // below: overlong
      case 0xF1, 0xF2, 0xF3 -> state(3, ANY_LOW, ANY_HIGH);
      case 0xF4 -> state(3, ANY_LOW, 0x8F); // above: no such code points
      default -> INVALID;
    };
  }

  private static int afterNext(int state, int next) {
    int low = state >> 8 & 0xFF;
    int high = state >> 16 & 0xFF;
    if (next < low || next > high) {
      return INVALID;
    }
    int missing = (state & 0xFF) - 1;
    return missing == 0 ? COMPLETE : state(missing, ANY_LOW, ANY_HIGH);
  }
}
