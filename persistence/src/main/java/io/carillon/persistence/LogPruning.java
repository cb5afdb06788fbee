package io.carillon.persistence;

import io.carillon.domain.channel.ChannelPolicy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes from the beginning of logs what their channels no longer keep. The beginning is that of
 * revisions: what goes is the longest run of oldest changes that are all too old, so everything
 * after the log's new start is still there, and an old message that was edited lately stays.
 */
final class LogPruning {
  private static final int MAX_CHANNELS = 100;

  private static final String CANDIDATES =
      "select c.id from channel c"
          + " where c.history_millis >= 0 and c.pruned_offset < c.last_offset"
          + " and (select m.changed_at from message m where m.channel_id = c.id"
          + " order by m.channel_id, m.revision limit 1)"
          + " < ? - greatest(c.history_millis, "
          + ChannelPolicy.RESUME_MILLIS
          + ") order by c.id limit "
          + MAX_CHANNELS;
  private static final String LOCK = "select history_millis from channel where id = ? for update";
  private static final String OLDEST =
      "select revision, changed_at from message where channel_id = ?"
          + " order by channel_id, revision limit ?";
  private static final String REMOVE = "delete from message where channel_id = ? and revision <= ?";
  private static final String MOVE_START = "update channel set pruned_offset = ? where id = ?";

  private final Connection connection;
  private final long nowMillis;

  LogPruning(Connection connection, long nowMillis) {
    this.connection = connection;
    this.nowMillis = nowMillis;
  }

  /**
   * @return how many rows went, at most {@code limit}
   */
  int run(int limit) throws SQLException {
    int removed = 0;
    // In the order of the numbers, as an append locks them.
    for (long channelId : candidates()) {
      if (removed >= limit) {
        break;
      }
      removed += prune(channelId, limit - removed);
    }
    return removed;
  }

  private List<Long> candidates() throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(CANDIDATES)) {
      statement.setLong(1, nowMillis);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
    }
    return ids;
  }

  private int prune(long channelId, int limit) throws SQLException {
    long keptMillis = lock(channelId);
    if (keptMillis < 0) {
      return 0; // kept for ever since a moment ago
    }
    long oldest = nowMillis - Math.max(keptMillis, ChannelPolicy.RESUME_MILLIS);
    long start = lastBefore(channelId, oldest, limit);
    if (start == 0) {
      return 0;
    }
    int removed =
        Jdbc.update(
            connection,
            REMOVE,
            statement -> {
              statement.setLong(1, channelId);
              statement.setLong(2, start);
            });
    Jdbc.update(
        connection,
        MOVE_START,
        statement -> {
          statement.setLong(1, start);
          statement.setLong(2, channelId);
        });
    return removed;
  }

  private long lock(long channelId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      statement.setLong(1, channelId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : ChannelPolicy.FOREVER;
      }
    }
  }

  /** The last of the oldest revisions that are all before that time; 0 for none. */
  private long lastBefore(long channelId, long oldestKeptMillis, int limit) throws SQLException {
    long last = 0;
    try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
      statement.setLong(1, channelId);
      statement.setInt(2, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next() && row.getLong(2) < oldestKeptMillis) {
          last = row.getLong(1);
        }
      }
    }
    return last;
  }
}
