package io.carillon.domain.channel;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import java.text.Normalizer;

/**
 * A channel's identity inside its organization, {@code channelId} on every wire: 1 to 200
 * characters in Unicode normal form C, no control characters, no blank at either end.
 */
public record ChannelName(String value) implements Comparable<ChannelName> {
  public static final int MAX_LENGTH = 200;
  private static final String INBOX_PREFIX = "user:";
  private static final String ANNOUNCEMENTS_PREFIX = "org:";

  /**
   * @throws RealtimeException with {@code MALFORMED}
   */
  public ChannelName {
    if (value == null || value.isEmpty() || value.length() > MAX_LENGTH || !isClean(value)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "channelId");
    }
  }

  private static boolean isClean(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        return false;
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return false;
        }
        i++;
      }
    }
    return text.equals(text.strip()) && Normalizer.isNormalized(text, Normalizer.Form.NFC);
  }

  /** The channel that holds one user's notifications. */
  public static ChannelName inboxOf(UserId user) {
    return new ChannelName(INBOX_PREFIX + user.value());
  }

  /** The channel that every member of the organization reads. */
  public static ChannelName announcementsOf(String organization) {
    return new ChannelName(ANNOUNCEMENTS_PREFIX + organization);
  }

  /**
   * Whether the name is of the kinds that the system makes itself: nobody creates or joins those by
   * hand.
   */
  public boolean isReserved() {
    return value.startsWith(INBOX_PREFIX) || value.startsWith(ANNOUNCEMENTS_PREFIX);
  }

  @Override
  public int compareTo(ChannelName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
