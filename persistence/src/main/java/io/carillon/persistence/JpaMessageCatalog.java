package io.carillon.persistence;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.message.MessageCatalog;
import io.carillon.domain.message.Publication;
import io.carillon.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** The catalog of messages in a relational database. Any thread. */
@ApplicationScoped
public class JpaMessageCatalog implements MessageCatalog {
  private static final int MAX_LIMIT = 1_000;

  private static final String SEARCH =
      "select "
          + StoredMessage.COLUMNS
          + " from message m join channel c on c.id = m.channel_id"
          + StoredMessage.JOIN_AUTHOR
          + " where m.channel_id = ? and m.msg_offset < ? and m.msg_offset >= ?";
  private static final String TEXT = " and m.deleted_at = 0 and lower(m.payload) like ? escape '!'";
  private static final String AUTHOR = " and m.author_id = ?";
  private static final String ORDER = " order by m.msg_offset desc fetch first ? rows only";

  private final EntityManager entities;

  protected JpaMessageCatalog() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaMessageCatalog(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public Found search(Channel channel, Query query, long before, int limit) {
    long end = Math.min(before, channel.lastOffset() + 1);
    long start = Math.max(1, end - MAX_SCANNED);
    int most = Math.min(limit, MAX_LIMIT);
    List<Publication> found =
        Jdbc.inTransactionOf(
            entities, connection -> read(connection, channel, query, start, end, most));
    OptionalLong next = OptionalLong.empty();
    if (found.size() == most) {
      next = OptionalLong.of(found.get(most - 1).offset());
    } else if (start > 1) {
      next = OptionalLong.of(start);
    }
    boolean over = next.isPresent() && next.getAsLong() <= 1;
    return new Found(found, over ? OptionalLong.empty() : next);
  }

  private static List<Publication> read(
      Connection connection, Channel channel, Query query, long start, long end, int most)
      throws SQLException {
    String sql =
        SEARCH
            + (query.text().isEmpty() ? "" : TEXT)
            + (query.author().isEmpty() ? "" : AUTHOR)
            + ORDER;
    List<Publication> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int at = 1;
      statement.setLong(at++, channel.id());
      statement.setLong(at++, end);
      statement.setLong(at++, start);
      if (!query.text().isEmpty()) {
        statement.setString(at++, Conditions.part(asStored(query.text())));
      }
      if (!query.author().isEmpty()) {
        statement.setString(at++, query.author());
      }
      statement.setInt(at, most);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(
              StoredMessage.read(row, 1)
                  .toPublication(channel.key(), channel.kind(), channel.epoch()));
        }
      }
    }
    return found;
  }

  /** As it stands in a payload: quotation marks and backslashes are escaped there. */
  private static String asStored(String text) {
    String json = Json.text(text);
    return json.substring(1, json.length() - 1).toLowerCase(Locale.ROOT);
  }
}
