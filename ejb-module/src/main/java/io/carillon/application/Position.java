package io.carillon.application;

import io.carillon.domain.channel.Cursor;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Places in several channels' logs, for a stream or poll that carries them all. On the wire {@code
 * n_epoch-offset} for each channel, joined by a full stop, where {@code n} is the channel's number
 * in base 36: opaque, short, and safe in a URL and in an event's id. Immutable.
 */
public final class Position {
  /** Channels that one position can hold. */
  public static final int MAX_CHANNELS = 64;

  private static final int MAX_TEXT = MAX_CHANNELS * (Cursor.MAX_TEXT + 14);
  private static final Position NOWHERE = new Position(new TreeMap<>());

  private final TreeMap<Long, Cursor> cursors;

  private Position(TreeMap<Long, Cursor> cursors) {
    this.cursors = cursors;
  }

  public static Position nowhere() {
    return NOWHERE;
  }

  /** Reads what {@link #toString} wrote; empty for everything else, whatever it is. */
  public static Optional<Position> parse(String text) {
    if (text == null || text.isEmpty() || text.length() > MAX_TEXT) {
      return Optional.empty();
    }
    TreeMap<Long, Cursor> cursors = new TreeMap<>();
    for (String part : text.split("\\.", MAX_CHANNELS + 1)) {
      int bar = part.indexOf('_');
      if (bar < 1 || bar > 13 || !isBase36(part, bar)) {
        return Optional.empty();
      }
      Optional<Cursor> cursor = Cursor.parse(part.substring(bar + 1));
      long number;
      try {
        number = Long.parseLong(part, 0, bar, 36);
      } catch (NumberFormatException e) { // beyond 2^63
        return Optional.empty();
      }
      if (cursor.isEmpty() || cursors.put(number, cursor.get()) != null) {
        return Optional.empty();
      }
    }
    return cursors.size() > MAX_CHANNELS ? Optional.empty() : Optional.of(new Position(cursors));
  }

  private static boolean isBase36(String text, int length) {
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'z')) {
        return false;
      }
    }
    return true;
  }

  public Optional<Cursor> get(long channelNumber) {
    return Optional.ofNullable(cursors.get(channelNumber));
  }

  public Position with(long channelNumber, Cursor cursor) {
    TreeMap<Long, Cursor> more = new TreeMap<>(cursors);
    more.put(channelNumber, cursor);
    return new Position(more);
  }

  public Map<Long, Cursor> cursors() {
    return Map.copyOf(cursors);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    cursors.forEach(
        (number, cursor) -> {
          if (text.length() > 0) {
            text.append('.');
          }
          text.append(Long.toString(number, 36)).append('_').append(cursor);
        });
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Position that && cursors.equals(that.cursors);
  }

  @Override
  public int hashCode() {
    return cursors.hashCode();
  }
}
