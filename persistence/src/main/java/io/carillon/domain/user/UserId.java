package io.carillon.domain.user;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;

/**
 * A user within an organization: the account's handle or the OIDC subject, 1 to 64 characters,
 * without control characters or blanks at its ends.
 */
public record UserId(String value) implements Comparable<UserId> {
  public static final int MAX_LENGTH = 64;

  /**
   * @throws RealtimeException with {@code MALFORMED}
   */
  public UserId {
    if (value == null || value.isEmpty() || value.length() > MAX_LENGTH || !isClean(value)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "userId");
    }
  }

  private static boolean isClean(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || isLoneSurrogate(text, i)) {
        return false;
      }
    }
    return text.equals(text.strip());
  }

  private static boolean isLoneSurrogate(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  @Override
  public int compareTo(UserId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
