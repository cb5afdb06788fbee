package io.carillon.persistence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.ConflictRule;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.PublishPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.message.Message;
import io.carillon.domain.user.Identity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The statements of an append, on its transaction's connection. Lists of keys go in as arrays: one
 * text of a statement serves every size of batch, so it is parsed and planned once for each
 * connection.
 */
final class LogTable {
  private static final String LOCK =
      "select id, kind, visibility, archived, epoch, last_offset, history_millis, publish_policy,"
          + " max_message_bytes, slow_mode_millis, conflict_rule"
          + " from channel where id = any(?) order by id for update";
  private static final String MEMBERS =
      "select m.channel_id, m.user_id, m.member_role, m.muted_until"
          + " from unnest(cast(? as bigint array), cast(? as varchar array)) as k(c, u)"
          + " join membership m on m.channel_id = k.c and m.user_id = k.u";
  // One statement for all kinds of proof: it is a round trip of every append.
  private static final String INVALID =
      "select 'token', token_hash, '' from revoked_token where token_hash = any(?)"
          + " union all select 'key', organization_id, id from api_key"
          + " where id = any(?) and revoked_at > 0"
          + " union all select 'user', a.organization_id, a.user_id"
          + " from unnest(cast(? as varchar array), cast(? as varchar array)) as k(o, u)"
          + " join app_user a on a.organization_id = k.o and a.user_id = k.u where a.locked";
  private static final String SENDS =
      "select "
          + StoredMessage.COLUMNS
          + " from unnest(cast(? as bigint array), cast(? as varchar array),"
          + " cast(? as varchar array)) as k(c, a, i)"
          + " join message m on m.channel_id = k.c and m.author_id = k.a and m.client_id = k.i"
          + " join channel c on c.id = m.channel_id"
          + StoredMessage.JOIN_AUTHOR;
  private static final String TARGETS =
      "select "
          + StoredMessage.COLUMNS
          + " from message m join channel c on c.id = m.channel_id"
          + StoredMessage.JOIN_AUTHOR
          + " where m.id = any(?)";
  private static final String LAST_SENT =
      "select s.channel_id, s.user_id, s.last_sent_at"
          + " from unnest(cast(? as bigint array), cast(? as varchar array)) as k(c, u)"
          + " join slow_mode s on s.channel_id = k.c and s.user_id = k.u";
  private static final String INSERT_SENT =
      "insert into slow_mode (last_sent_at, channel_id, user_id) values (?, ?, ?)";
  private static final String UPDATE_SENT =
      "update slow_mode set last_sent_at = ? where channel_id = ? and user_id = ?";
  private static final String MOVE_END = "update channel set last_offset = ? where id = ?";

  record MemberKey(long channelId, String user) {}

  record SendKey(long channelId, String author, String clientId) {}

  private final Connection connection;

  LogTable(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  /**
   * Locks the channels' rows, in the order of their numbers: two appends cannot block each other.
   */
  Map<ChannelKey, LockedLog> lock(Map<ChannelKey, Long> channels) throws SQLException {
    Map<ChannelKey, LockedLog> locked = new HashMap<>(channels.size() * 2);
    if (channels.isEmpty()) {
      return locked;
    }
    Map<Long, ChannelKey> keys = new HashMap<>(channels.size() * 2);
    channels.forEach((key, id) -> keys.put(id, key));
    List<Long> ids = new ArrayList<>(keys.keySet());
    ids.sort(null);
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      statement.setArray(1, Jdbc.numbers(connection, ids));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ChannelKey key = keys.get(row.getLong(1));
          locked.put(key, readLog(row, key));
        }
      }
    }
    return locked;
  }

  private static LockedLog readLog(ResultSet row, ChannelKey key) throws SQLException {
    ChannelPolicy policy =
        new ChannelPolicy(
            row.getLong(7),
            PublishPolicy.valueOf(row.getString(8)),
            row.getInt(9),
            row.getLong(10),
            ConflictRule.valueOf(row.getString(11)));
    ChannelRules rules =
        new ChannelRules(
            key,
            ChannelKind.valueOf(row.getString(2)),
            Visibility.valueOf(row.getString(3)),
            row.getBoolean(4),
            policy);
    return new LockedLog(row.getLong(1), rules, row.getString(5), row.getLong(6));
  }

  /**
   * Those whose token or key was revoked, or who are locked: a proof that was good when a command
   * came in may be so no longer, and other nodes take a moment to hear of it.
   */
  Set<Identity> readInvalid(Set<Identity> authors) throws SQLException {
    Map<List<String>, List<Identity>> byProof = new HashMap<>(authors.size() * 4);
    List<String> tokens = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    List<String> organizations = new ArrayList<>();
    List<String> users = new ArrayList<>();
    for (Identity author : authors) {
      if (author.kind() == Identity.Kind.API_KEY) {
        keys.add(author.tokenId());
        note(byProof, author, "key", author.organization(), author.tokenId());
        continue;
      }
      String hash = JpaRevokedTokenRepository.hash(author.tokenId());
      tokens.add(hash);
      note(byProof, author, "token", hash, "");
      organizations.add(author.organization());
      users.add(author.userId().value());
      note(byProof, author, "user", author.organization(), author.userId().value());
    }
    Set<Identity> invalid = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(INVALID)) {
      statement.setArray(1, Jdbc.texts(connection, tokens));
      statement.setArray(2, Jdbc.texts(connection, keys));
      statement.setArray(3, Jdbc.texts(connection, organizations));
      statement.setArray(4, Jdbc.texts(connection, users));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<String> proof = List.of(row.getString(1), row.getString(2), row.getString(3));
          invalid.addAll(byProof.getOrDefault(proof, List.of()));
        }
      }
    }
    return invalid;
  }

  private static void note(
      Map<List<String>, List<Identity>> byProof, Identity author, String... proof) {
    byProof.computeIfAbsent(List.of(proof), key -> new ArrayList<>(1)).add(author);
  }

  void readMembers(Set<MemberKey> wanted, Map<ChannelKey, LockedLog> logs) throws SQLException {
    query(
        MEMBERS,
        wanted,
        logs,
        (row, log) -> {
          Role role = Role.valueOf(row.getString(3));
          log.foundMember(row.getString(2), new MemberRights(role, row.getLong(4)));
        });
  }

  void readLastSent(Set<MemberKey> wanted, Map<ChannelKey, LockedLog> logs) throws SQLException {
    query(
        LAST_SENT, wanted, logs, (row, log) -> log.foundLastSent(row.getString(2), row.getLong(3)));
  }

  /** Reads messages with one of these client ids. */
  void readSends(Set<SendKey> wanted, Map<ChannelKey, LockedLog> logs) throws SQLException {
    if (wanted.isEmpty()) {
      return;
    }
    List<Long> channels = new ArrayList<>(wanted.size());
    List<String> authors = new ArrayList<>(wanted.size());
    List<String> clientIds = new ArrayList<>(wanted.size());
    for (SendKey key : wanted) {
      channels.add(key.channelId());
      authors.add(key.author());
      clientIds.add(key.clientId());
    }
    try (PreparedStatement statement = connection.prepareStatement(SENDS)) {
      statement.setArray(1, Jdbc.numbers(connection, channels));
      statement.setArray(2, Jdbc.texts(connection, authors));
      statement.setArray(3, Jdbc.texts(connection, clientIds));
      each(statement, logs, (row, log) -> log.foundSend(StoredMessage.read(row, 1)));
    }
  }

  /** Reads messages that are to be changed; those of channels that are not locked are left out. */
  void readTargets(Set<UUID> wanted, Map<ChannelKey, LockedLog> logs) throws SQLException {
    if (wanted.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(TARGETS)) {
      statement.setArray(1, Jdbc.uuids(connection, wanted));
      each(statement, logs, (row, log) -> log.foundMessage(StoredMessage.read(row, 1)));
    }
  }

  /** Takes a row whose first column is the number of this log's channel. */
  private interface RowReader {
    void read(ResultSet row, LockedLog log) throws SQLException;
  }

  private void query(
      String sql, Set<MemberKey> wanted, Map<ChannelKey, LockedLog> logs, RowReader reader)
      throws SQLException {
    if (wanted.isEmpty()) {
      return;
    }
    List<Long> channels = new ArrayList<>(wanted.size());
    List<String> users = new ArrayList<>(wanted.size());
    for (MemberKey key : wanted) {
      channels.add(key.channelId());
      users.add(key.user());
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, Jdbc.numbers(connection, channels));
      statement.setArray(2, Jdbc.texts(connection, users));
      each(statement, logs, reader);
    }
  }

  private static void each(
      PreparedStatement statement, Map<ChannelKey, LockedLog> logs, RowReader reader)
      throws SQLException {
    Map<Long, LockedLog> byNumber = new HashMap<>(logs.size() * 2);
    for (LockedLog log : logs.values()) {
      byNumber.put(log.channelId(), log);
    }
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        LockedLog log = byNumber.get(row.getLong(1));
        if (log != null) {
          reader.read(row, log);
        }
      }
    }
  }

  // ---- writing

  /**
   * Writes all that was decided; each kind of statement is sent once, for all channels together.
   */
  void write(Collection<LockedLog> logs, long nowMillis) throws SQLException {
    List<LockedLog> touched = new ArrayList<>(logs.size());
    List<Message> added = new ArrayList<>();
    List<Message> changed = new ArrayList<>();
    List<MemberKey> newlySlowed = new ArrayList<>();
    List<MemberKey> slowed = new ArrayList<>();
    for (LockedLog log : logs) {
      if (log.isTouched()) {
        touched.add(log);
        added.addAll(log.added());
        changed.addAll(log.changed());
        log.slowed()
            .forEach(
                (user, known) ->
                    (known ? slowed : newlySlowed).add(new MemberKey(log.channelId(), user)));
      }
    }
    batch(StoredMessage.insert(), added, StoredMessage::setInsert);
    batch(StoredMessage.update(), changed, StoredMessage::setUpdate);
    Setter<MemberKey> sentAt =
        (statement, key) -> {
          statement.setLong(1, nowMillis);
          statement.setLong(2, key.channelId());
          statement.setString(3, key.user());
        };
    batch(INSERT_SENT, newlySlowed, sentAt);
    batch(UPDATE_SENT, slowed, sentAt);
    batch(
        MOVE_END,
        touched,
        (statement, log) -> {
          statement.setLong(1, log.lastOffset());
          statement.setLong(2, log.channelId());
        });
  }

  private interface Setter<T> {
    void set(PreparedStatement statement, T value) throws SQLException;
  }

  private <T> void batch(String sql, List<T> values, Setter<T> setter) throws SQLException {
    if (values.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (T value : values) {
        setter.set(statement, value);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
