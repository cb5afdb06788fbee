package io.carillon.domain.channel;

import java.util.List;
import java.util.Map;

/**
 * What has happened in a channel.
 *
 * @param messages that are there
 * @param edited of those
 * @param deleted whose content was taken away
 * @param authors different ones
 * @param payloadBytes characters of the payloads that are kept, about
 * @param firstAtMillis 0 for none
 * @param lastAtMillis 0 for none
 * @param perDay of the last days, those without a message left out
 * @param members by role
 * @param banned who are kept out
 */
public record ChannelStatistics(
    long messages,
    long edited,
    long deleted,
    long authors,
    long payloadBytes,
    long firstAtMillis,
    long lastAtMillis,
    List<Day> perDay,
    Map<Role, Long> members,
    long banned) {
  public ChannelStatistics {
    perDay = List.copyOf(perDay);
    members = Map.copyOf(members);
  }

  /**
   * One day in UTC.
   *
   * @param epochDay days since 1970
   */
  public record Day(long epochDay, long messages) {}
}
