package io.carillon.domain.channel;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.util.Objects;

/**
 * The rules that a channel's managers may choose.
 *
 * @param historyMillis how long a message is kept after its latest change; {@link #FOREVER}, or
 *     {@link #NONE} for a log that only serves to resume; at most {@link #MAX_HISTORY_MILLIS}
 * @param maxMessageBytes UTF-8 bytes of a payload, itself included, at most {@link
 *     #MAX_MESSAGE_BYTES}; 0 for the server's limit
 * @param slowModeMillis between two messages of one writer, at most {@link #MAX_SLOW_MODE_MILLIS};
 *     0 for off
 * @param conflicts for lists: what happens to a change of an outdated item
 */
public record ChannelPolicy(
    long historyMillis,
    PublishPolicy publish,
    int maxMessageBytes,
    long slowModeMillis,
    ConflictRule conflicts) {
  public static final long FOREVER = -1;
  public static final long NONE = 0;

  /** Even a channel without history keeps what is needed to resume after a short absence. */
  public static final long RESUME_MILLIS = 2 * 60 * 1_000;

  public static final long MAX_HISTORY_MILLIS = 36_500L * 24 * 60 * 60 * 1_000;
  public static final int MAX_MESSAGE_BYTES = 1_000_000;
  public static final long MAX_SLOW_MODE_MILLIS = 24L * 60 * 60 * 1_000;

  /** Kept for ever, everyone publishes, no limits of its own. */
  public static final ChannelPolicy DEFAULT =
      new ChannelPolicy(FOREVER, PublishPolicy.EVERYONE, 0, 0, ConflictRule.VERSIONED);

  /**
   * @throws RealtimeException with {@code MALFORMED} for a number out of its range
   */
  public ChannelPolicy {
    Objects.requireNonNull(publish);
    Objects.requireNonNull(conflicts);
    requireRange(historyMillis, FOREVER, MAX_HISTORY_MILLIS, "history");
    requireRange(maxMessageBytes, 0, MAX_MESSAGE_BYTES, "maxMessageBytes");
    requireRange(slowModeMillis, 0, MAX_SLOW_MODE_MILLIS, "slowMode");
  }

  private static void requireRange(long value, long min, long max, String what) {
    if (value < min || value > max) {
      throw new RealtimeException(ErrorCode.MALFORMED, what);
    }
  }

  /** Whether history can be read at all. */
  public boolean hasHistory() {
    return historyMillis != NONE;
  }

  public boolean isKeptForever() {
    return historyMillis == FOREVER;
  }

  public ChannelPolicy withHistoryMillis(long millis) {
    return new ChannelPolicy(millis, publish, maxMessageBytes, slowModeMillis, conflicts);
  }

  public ChannelPolicy withPublish(PublishPolicy who) {
    return new ChannelPolicy(historyMillis, who, maxMessageBytes, slowModeMillis, conflicts);
  }

  public ChannelPolicy withMaxMessageBytes(int bytes) {
    return new ChannelPolicy(historyMillis, publish, bytes, slowModeMillis, conflicts);
  }

  public ChannelPolicy withSlowModeMillis(long millis) {
    return new ChannelPolicy(historyMillis, publish, maxMessageBytes, millis, conflicts);
  }

  public ChannelPolicy withConflicts(ConflictRule rule) {
    return new ChannelPolicy(historyMillis, publish, maxMessageBytes, slowModeMillis, rule);
  }
}
