package io.carillon.persistence;

import java.util.Optional;
import java.util.UUID;

/** Ids of messages as clients send them back: canonical text or nothing. */
final class MessageIds {
  private static final int LENGTH = 36;

  private MessageIds() {}

  /** Empty for everything but a UUID in canonical text; {@link UUID#fromString} takes much more. */
  static Optional<UUID> parse(String text) {
    if (text == null || text.length() != LENGTH) {
      return Optional.empty();
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      boolean digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (hyphen ? c != '-' : !digit) {
        return Optional.empty();
      }
    }
    return Optional.of(UUID.fromString(text));
  }
}
