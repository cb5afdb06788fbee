package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Values from paths and queries. JAX-RS would answer 404 for a number that is none; a client is
 * told that it was not understood.
 */
public final class Parameters {
  private Parameters() {}

  /** A page's size, 1 to {@code max}; null for the default. */
  public static int limit(String text, int byDefault, int max) {
    if (text == null) {
      return byDefault;
    }
    OptionalLong value = offset(text, "limit");
    if (value.getAsLong() < 1 || value.getAsLong() > max) {
      throw malformed("limit");
    }
    return (int) value.getAsLong();
  }

  /** A whole number from 0 on; empty for null. */
  public static OptionalLong offset(String text, String name) {
    if (text == null) {
      return OptionalLong.empty();
    }
    if (!isDigits(text)) {
      throw malformed(name);
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  /** An item's version; empty for null. */
  public static OptionalInt version(String text) {
    OptionalLong value = offset(text, "version");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (value.getAsLong() > Integer.MAX_VALUE) {
      throw malformed("version");
    }
    return OptionalInt.of((int) value.getAsLong());
  }

  /** {@code true} or {@code false}; false for null. */
  public static boolean flag(String text, String name) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw malformed(name);
  }

  /** A constant of an enum by its name, in any case. */
  public static <E extends Enum<E>> E constant(Class<E> type, String text, String name) {
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw malformed(name);
    }
  }

  /** Eighteen digits always fit a long. */
  private static boolean isDigits(String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  public static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
