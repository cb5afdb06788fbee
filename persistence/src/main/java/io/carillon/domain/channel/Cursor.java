package io.carillon.domain.channel;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.util.Optional;

/**
 * A place in a channel's log: the log's incarnation and the offset of the last change seen. On the
 * wire it is the opaque text {@code epoch-offset}, {@code [a-z0-9]} and one hyphen, at most {@value
 * #MAX_TEXT} characters.
 *
 * @param epoch changes when a log is restored or rebuilt, so that an old place cannot be taken for
 *     a place in the new one
 * @param offset 0 before the first message
 */
public record Cursor(String epoch, long offset) {
  public static final int MAX_TEXT = 32;

  public Cursor {
    if (epoch == null || epoch.isEmpty() || epoch.length() > 12 || offset < 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "cursor");
    }
  }

  /** Reads what {@link #toString} wrote; empty for everything else, whatever it is. */
  public static Optional<Cursor> parse(String text) {
    if (text == null || text.length() > MAX_TEXT) {
      return Optional.empty();
    }
    int hyphen = text.indexOf('-');
    int digits = text.length() - hyphen - 1;
    if (hyphen < 1 || hyphen > 12 || digits < 1 || digits > 18) {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      boolean letter = c >= 'a' && c <= 'z';
      if (i < hyphen ? !digit && !letter : i > hyphen && !digit) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Cursor(text.substring(0, hyphen), Long.parseLong(text, hyphen + 1, text.length(), 10)));
  }

  @Override
  public String toString() {
    return epoch + '-' + offset;
  }
}
