package io.carillon.persistence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.message.Message;
import io.carillon.domain.message.Publication;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.UUID;

/**
 * A message with what its author is called, as one row of a query brings both.
 *
 * @param authorName the author's id where no account is known
 * @param authorAvatarUrl the empty string for none
 */
record StoredMessage(Message message, String authorName, String authorAvatarUrl) {

  /**
   * Of {@code message m} and {@code app_user u}, in the order in which {@link #read} wants them.
   */
  static final String COLUMNS =
      "m.channel_id, m.msg_offset, m.revision, m.id, m.author_id, m.event_name, m.payload,"
          + " m.client_id, m.created_at, m.changed_at, m.edited_at, m.deleted_at, m.version,"
          + " m.inbox_state, u.display_name, u.avatar_url";

  /** After {@code message m} and {@code channel c}: the author, if there is an account. */
  static final String JOIN_AUTHOR =
      " left join app_user u on u.organization_id = c.organization_id and u.user_id = m.author_id";

  private static final String INSERT =
      "insert into message (channel_id, msg_offset, revision, id, author_id, event_name, payload,"
          + " client_id, created_at, changed_at, edited_at, deleted_at, version, inbox_state)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE =
      "update message set revision = ?, payload = ?, changed_at = ?, edited_at = ?,"
          + " deleted_at = ?, version = ?, inbox_state = ?"
          + " where channel_id = ? and msg_offset = ?";

  static String insert() {
    return INSERT;
  }

  static String update() {
    return UPDATE;
  }

  /**
   * @param first the number of the first of {@link #COLUMNS} in the row
   */
  static StoredMessage read(ResultSet row, int first) throws SQLException {
    int at = first;
    Message.Place place =
        new Message.Place(row.getLong(at++), row.getLong(at++), row.getLong(at++));
    UUID id = row.getObject(at++, UUID.class);
    String author = row.getString(at++);
    String name = row.getString(at++);
    String payload = row.getString(at++);
    String clientId = row.getString(at++);
    Message.Times times =
        new Message.Times(
            row.getLong(at++), row.getLong(at++), row.getLong(at++), row.getLong(at++));
    int version = row.getInt(at++);
    short state = row.getShort(at++);
    Short inboxState = row.wasNull() ? null : state;
    String authorName = row.getString(at++);
    String authorAvatarUrl = row.getString(at);
    return new StoredMessage(
        new Message(place, id, author, name, payload, clientId, times, version, inboxState),
        authorName == null ? author : authorName,
        authorAvatarUrl == null ? "" : authorAvatarUrl);
  }

  static void setInsert(PreparedStatement statement, Message message) throws SQLException {
    statement.setLong(1, message.channelId());
    statement.setLong(2, message.offset());
    statement.setLong(3, message.revision());
    statement.setObject(4, message.id());
    statement.setString(5, message.author());
    statement.setString(6, message.name());
    statement.setString(7, message.payload());
    statement.setString(8, message.clientId().isEmpty() ? null : message.clientId());
    statement.setLong(9, message.createdAtMillis());
    statement.setLong(10, message.changedAtMillis());
    statement.setLong(11, message.editedAtMillis());
    statement.setLong(12, message.deletedAtMillis());
    statement.setInt(13, message.version());
    setState(statement, 14, message);
  }

  static void setUpdate(PreparedStatement statement, Message message) throws SQLException {
    statement.setLong(1, message.revision());
    statement.setString(2, message.payload());
    statement.setLong(3, message.changedAtMillis());
    statement.setLong(4, message.editedAtMillis());
    statement.setLong(5, message.deletedAtMillis());
    statement.setInt(6, message.version());
    setState(statement, 7, message);
    statement.setLong(8, message.channelId());
    statement.setLong(9, message.offset());
  }

  private static void setState(PreparedStatement statement, int at, Message message)
      throws SQLException {
    if (message.hasState()) {
      statement.setShort(at, (short) message.state().ordinal());
    } else {
      statement.setNull(at, Types.SMALLINT);
    }
  }

  Publication toPublication(ChannelKey channel, ChannelKind kind, String epoch) {
    return message.toPublication(channel, kind, epoch, authorName, authorAvatarUrl);
  }
}
