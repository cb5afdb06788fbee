package io.carillon.check;

import io.carillon.check.wire.ProtocolViolation;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What positions say. To clients they are opaque; a checker must look inside: {@code epoch-offset}
 * for one channel, and for several such parts with a channel's number in front, joined by full
 * stops. Every channel has an epoch of its own, by which it is known here. Any thread.
 */
public final class Positions {
  private final Map<String, String> channels = new ConcurrentHashMap<>(); // by epoch

  /** Learns a channel's epoch from a position of it alone. */
  public void learn(String channel, String position) {
    String other = channels.put(epoch(position), channel);
    if (other != null && !other.equals(channel)) {
      throw new IllegalStateException(channel + " and " + other + " have the same epoch");
    }
  }

  /** The places in those channels that are known. */
  public Map<String, Long> read(String position) {
    Map<String, Long> places = new HashMap<>();
    for (String part : position.split("\\.")) {
      String single = part.substring(part.indexOf('_') + 1);
      String channel = channels.get(epoch(single));
      if (channel != null) {
        places.put(channel, offset(single));
      }
    }
    return places;
  }

  /** The offset of a single channel's position. */
  public static long offset(String position) {
    try {
      return Long.parseLong(position.substring(position.indexOf('-') + 1));
    } catch (NumberFormatException e) {
      throw new ProtocolViolation("no position: " + position);
    }
  }

  private static String epoch(String position) {
    int hyphen = position.indexOf('-');
    if (hyphen < 1) {
      throw new ProtocolViolation("no position: " + position);
    }
    return position.substring(0, hyphen);
  }
}
