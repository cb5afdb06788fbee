package io.carillon.persistence;

import io.carillon.domain.Text;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.Publication;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads pages of one log. The log's ends come in the same statement as its rows, so both are of one
 * moment: between two statements a removal of old messages could slip in, and the page would have a
 * gap that its start denies.
 *
 * <p>Rows are fetched a few at a time (PostgreSQL; H2 has them at hand), and reading stops at the
 * limit of bytes: a page of the longest messages does not fill the memory.
 */
final class LogReader {
  private static final int FETCHED_ROWS = 128;
  private static final int MAX_LIMIT = 1_000;
  private static final int FIRST_MESSAGE_COLUMN = 6;

  // H2 walks along an index only where the order names all its columns.
  private static final String READ_AFTER =
      page("revision > ?", "channel_id, revision", "", "m.revision");
  private static final String HISTORY_AFTER =
      page(
          "msg_offset > ?", "channel_id, msg_offset", " and c.history_millis <> 0", "m.msg_offset");
  private static final String HISTORY_BEFORE =
      page(
          "msg_offset < ?",
          "channel_id desc, msg_offset desc",
          " and c.history_millis <> 0",
          "m.msg_offset desc");

  private static final String FIND =
      "select c.epoch, c.last_offset, c.pruned_offset, c.kind, c.id, "
          + StoredMessage.COLUMNS
          + " from message m join channel c on c.id = m.channel_id"
          + StoredMessage.JOIN_AUTHOR
          + " where m.id = ? and m.channel_id = ?";

  private static String page(String range, String index, String condition, String order) {
    return "select c.epoch, c.last_offset, c.pruned_offset, c.kind, c.id, "
        + StoredMessage.COLUMNS
        + " from channel c left join (select * from message where channel_id = ? and "
        + range
        + " order by "
        + index
        + " limit ?) m on m.channel_id = c.id"
        + condition
        + StoredMessage.JOIN_AUTHOR
        + " where c.id = ? order by "
        + order;
  }

  private final Connection connection;
  private final ChannelKey channel;
  private final long channelId;

  LogReader(Connection connection, ChannelKey channel, long channelId) {
    this.connection = connection;
    this.channel = channel;
    this.channelId = channelId;
  }

  /** What one query brought, as far as the limits allowed. */
  private static final class Rows {
    private final List<Publication> publications = new ArrayList<>();
    private String epoch;
    private long lastOffset;
    private long prunedOffset;
    private boolean hasMore;
  }

  Optional<LogPage> readAfter(long offset, int limit, int maxBytes) throws SQLException {
    Rows rows = read(READ_AFTER, offset, limit, maxBytes, false);
    if (rows == null) {
      return Optional.empty();
    }
    List<Publication> publications = new ArrayList<>(rows.publications.size());
    long readTo = offset;
    for (Publication publication : rows.publications) {
      publications.add(publication.asSeenAfter(offset));
      readTo = publication.revision();
    }
    long completeTo = rows.hasMore ? readTo : Math.max(readTo, rows.lastOffset);
    return Optional.of(
        new LogPage(rows.epoch, publications, completeTo, rows.hasMore, rows.prunedOffset));
  }

  Optional<HistoryPage> historyBefore(long before, int limit, int maxBytes) throws SQLException {
    Rows rows = read(HISTORY_BEFORE, before, limit, maxBytes, true);
    if (rows == null) {
      return Optional.empty();
    }
    Collections.reverse(rows.publications);
    return Optional.of(historyPage(rows));
  }

  Optional<HistoryPage> historyAfter(long after, int limit, int maxBytes) throws SQLException {
    Rows rows = read(HISTORY_AFTER, after, limit, maxBytes, true);
    return rows == null ? Optional.empty() : Optional.of(historyPage(rows));
  }

  private static HistoryPage historyPage(Rows rows) {
    return new HistoryPage(
        rows.publications, rows.hasMore, new Cursor(rows.epoch, rows.lastOffset));
  }

  Optional<Publication> find(UUID messageId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setObject(1, messageId);
      statement.setLong(2, channelId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(publication(row)) : Optional.empty();
      }
    }
  }

  /**
   * @param within true: rows beyond the limit of bytes are left out, except the first; false: the
   *     row that exceeds it is the last
   * @return null for a channel that does not exist
   */
  private Rows read(String sql, long bound, int limit, int maxBytes, boolean within)
      throws SQLException {
    int wanted = Math.max(1, Math.min(limit, MAX_LIMIT));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(FETCHED_ROWS);
      statement.setLong(1, channelId);
      statement.setLong(2, bound);
      statement.setInt(3, wanted + 1);
      statement.setLong(4, channelId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? collect(row, wanted, maxBytes, within) : null;
      }
    }
  }

  private Rows collect(ResultSet row, int wanted, int maxBytes, boolean within)
      throws SQLException {
    Rows rows = new Rows();
    rows.epoch = row.getString(1);
    rows.lastOffset = row.getLong(2);
    rows.prunedOffset = row.getLong(3);
    row.getLong(FIRST_MESSAGE_COLUMN);
    if (row.wasNull()) {
      return rows; // the channel alone
    }
    long bytes = 0;
    do {
      boolean full = rows.publications.size() == wanted || (!within && bytes > maxBytes);
      if (full) {
        rows.hasMore = true;
        return rows;
      }
      Publication publication = publication(row);
      bytes += Text.utf8Bytes(publication.payload());
      if (within && bytes > maxBytes && !rows.publications.isEmpty()) {
        rows.hasMore = true;
        return rows;
      }
      rows.publications.add(publication);
    } while (row.next());
    return rows;
  }

  private Publication publication(ResultSet row) throws SQLException {
    return StoredMessage.read(row, FIRST_MESSAGE_COLUMN)
        .toPublication(channel, ChannelKind.valueOf(row.getString(4)), row.getString(1));
  }
}
