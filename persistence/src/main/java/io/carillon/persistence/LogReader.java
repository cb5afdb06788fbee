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
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
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
  // Along the primary key, of which a stretch is at most as long as the stretch of revisions.
  private static final String CREATED_BETWEEN =
      page(
          "msg_offset > ? and msg_offset <= ? and revision > ? and deleted_at = 0",
          "channel_id, msg_offset",
          "",
          "m.msg_offset");
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
    Rows changed = read(READ_AFTER, limit, maxBytes, false, offset);
    if (changed == null) {
      return Optional.empty();
    }
    NavigableMap<Long, Publication> events = new TreeMap<>(); // by place
    for (Publication publication : changed.publications) {
      events.put(publication.revision(), publication);
      if (publication.change() == Publication.Change.UPDATED && publication.offset() > offset) {
        events.put(publication.offset(), publication.asCreated());
      }
    }
    long end = Math.max(offset, changed.lastOffset);
    long prunedOffset = changed.prunedOffset;
    if (changed.hasMore) {
      end = events.lastKey();
      if (events.size() < end - offset) {
        // Some of the places in between are those of messages that have changed beyond this page.
        Rows created = read(CREATED_BETWEEN, limit, maxBytes, false, offset, end, end);
        for (Publication publication : created.publications) {
          events.putIfAbsent(publication.offset(), publication.asCreated());
        }
        prunedOffset = Math.max(prunedOffset, created.prunedOffset);
        if (created.hasMore) {
          end = created.publications.get(created.publications.size() - 1).offset();
        }
      }
    }
    return Optional.of(
        firstOf(events.headMap(end, true), end, changed, prunedOffset, limit, maxBytes));
  }

  /**
   * @param events all up to {@code end}
   */
  private static LogPage firstOf(
      NavigableMap<Long, Publication> events,
      long end,
      Rows changed,
      long prunedOffset,
      int limit,
      int maxBytes) {
    List<Publication> taken = new ArrayList<>(events.size());
    long completeTo = end;
    boolean hasMore = changed.hasMore;
    long bytes = 0;
    for (Publication event : events.values()) {
      if (taken.size() == wanted(limit) || bytes > maxBytes) {
        completeTo = taken.get(taken.size() - 1).revision();
        hasMore = true;
        break;
      }
      taken.add(event);
      bytes += Text.utf8Bytes(event.payload());
    }
    return new LogPage(changed.epoch, taken, completeTo, hasMore, prunedOffset);
  }

  Optional<HistoryPage> historyBefore(long before, int limit, int maxBytes) throws SQLException {
    Rows rows = read(HISTORY_BEFORE, limit, maxBytes, true, before);
    if (rows == null) {
      return Optional.empty();
    }
    Collections.reverse(rows.publications);
    return Optional.of(historyPage(rows));
  }

  Optional<HistoryPage> historyAfter(long after, int limit, int maxBytes) throws SQLException {
    Rows rows = read(HISTORY_AFTER, limit, maxBytes, true, after);
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
   * @param bounds of the range, as the statement has them
   * @return null for a channel that does not exist
   */
  private Rows read(String sql, int limit, int maxBytes, boolean within, long... bounds)
      throws SQLException {
    int wanted = wanted(limit);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(FETCHED_ROWS);
      int at = 1;
      statement.setLong(at++, channelId);
      for (long bound : bounds) {
        statement.setLong(at++, bound);
      }
      statement.setInt(at++, wanted + 1);
      statement.setLong(at, channelId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? collect(row, wanted, maxBytes, within) : null;
      }
    }
  }

  private static int wanted(int limit) {
    return Math.max(1, Math.min(limit, MAX_LIMIT));
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
