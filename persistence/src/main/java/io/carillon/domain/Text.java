package io.carillon.domain;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;

/**
 * What every text has to fulfil before it is stored. PostgreSQL cannot hold NUL, and half a
 * surrogate pair has no UTF-8 form: one such character inside a statement fails the whole
 * transaction, so it is found before.
 */
public final class Text {
  private Text() {}

  /** Whether every database keeps the text exactly as it is: no NUL, no half surrogate pairs. */
  public static boolean isStorable(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (!isPairAt(text, i)) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /**
   * The text, if it can be stored.
   *
   * @param maxLength in {@code char}s, itself included
   * @param what names the field in the refusal
   * @throws RealtimeException with {@code MALFORMED}, or {@code TOO_LARGE} when it is too long
   */
  public static String checked(String text, int maxLength, String what) {
    if (text.length() > maxLength) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, what);
    }
    if (!isStorable(text)) {
      throw new RealtimeException(ErrorCode.MALFORMED, what);
    }
    return text;
  }

  /** Bytes of the text in UTF-8; half a surrogate pair counts as the three bytes of U+FFFD. */
  public static int utf8Bytes(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (c < 0x800) {
        bytes++;
      } else {
        bytes += 2;
        if (Character.isSurrogate(c) && isPairAt(text, i)) {
          i++; // four bytes for the two chars: the one already counted, and two more
        }
      }
    }
    return bytes;
  }

  private static boolean isPairAt(String text, int at) {
    return Character.isHighSurrogate(text.charAt(at))
        && at + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(at + 1));
  }
}
