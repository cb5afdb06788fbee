package io.carillon.persistence;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelRules;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Role;
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
      "select c.id, c.epoch, c.last_offset, "
          + StoredRules.COLUMNS
          + " from channel c where c.id = any(?) order by c.id for update";
  // One statement for memberships and all kinds of proof: it is a round trip of every append.
  private static final String RIGHTS =
      "select 'member', m.user_id, m.member_role, m.channel_id, m.muted_until, m.banned_at"
          + " from unnest(cast(? as bigint array), cast(? as varchar array)) as k(c, u)"
          + " join membership m on m.channel_id = k.c and m.user_id = k.u"
          + " union all select 'token', token_hash, '', 0, 0, 0"
          + " from revoked_token where token_hash = any(?)"
          + " union all select 'key', organization_id, id, 0, 0, 0 from api_key"
          + " where id = any(?) and revoked_at > 0"
          + " union all select 'user', a.organization_id, a.user_id, k.t, 0, 0"
          + " from unnest(cast(? as varchar array), cast(? as varchar array),"
          + " cast(? as bigint array)) as k(o, u, t)"
          + " join app_user a on a.organization_id = k.o and a.user_id = k.u"
          + " where a.locked or a.signed_out_at > k.t";
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
    ChannelRules rules = StoredRules.read(row, 4, key);
    return new LockedLog(row.getLong(1), rules, row.getString(2), row.getLong(3));
  }

  /**
   * Reads memberships, and brings the authors whose token or key was revoked, or who are locked: a
   * proof that was good when a command came in may be so no longer, and other nodes take a moment
   * to hear of it.
   */
  Set<Identity> readRights(
      Set<Identity> authors, Set<MemberKey> members, Map<ChannelKey, LockedLog> logs)
      throws SQLException {
    Proofs proofs = new Proofs();
    authors.forEach(proofs::add);
    Set<Identity> invalid = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(RIGHTS)) {
      setMembers(statement, members);
      statement.setArray(3, Jdbc.texts(connection, proofs.tokens));
      statement.setArray(4, Jdbc.texts(connection, proofs.keys));
      statement.setArray(5, Jdbc.texts(connection, proofs.organizations));
      statement.setArray(6, Jdbc.texts(connection, proofs.users));
      statement.setArray(7, Jdbc.numbers(connection, proofs.times));
      Map<Long, LockedLog> byNumber = byNumber(logs);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String kind = row.getString(1);
          if (kind.equals("member")) {
            MemberRights rights =
                new MemberRights(
                    Role.valueOf(row.getString(3)), row.getLong(5), row.getLong(6) != 0);
            byNumber.get(row.getLong(4)).foundMember(row.getString(2), rights);
          } else {
            invalid.addAll(
                proofs.authorsWith(
                    kind, row.getString(2), row.getString(3), Long.toString(row.getLong(4))));
          }
        }
      }
    }
    return invalid;
  }

  /** By what the authors have proved who they are. */
  private static final class Proofs {
    private final List<String> tokens = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<String> organizations = new ArrayList<>();
    private final List<String> users = new ArrayList<>();
    private final List<Long> times = new ArrayList<>(); // at which those users proved to be them
    private final Map<List<String>, List<Identity>> authors = new HashMap<>();

    void add(Identity author) {
      if (author.kind() == Identity.Kind.SERVER) {
        return; // its word is enough, also for somebody whose own proof is revoked
      }
      if (author.kind() == Identity.Kind.API_KEY) {
        keys.add(author.tokenId());
        note(author, "key", author.organization(), author.tokenId(), "0");
        return;
      }
      String hash = JpaRevokedTokenRepository.hash(author.tokenId());
      tokens.add(hash);
      note(author, "token", hash, "", "0");
      organizations.add(author.organization());
      users.add(author.userId().value());
      long since = author.authenticatedAtMillis();
      times.add(since);
      note(author, "user", author.organization(), author.userId().value(), Long.toString(since));
    }

    private void note(Identity author, String... proof) {
      authors.computeIfAbsent(List.of(proof), key -> new ArrayList<>(1)).add(author);
    }

    List<Identity> authorsWith(String... proof) {
      return authors.getOrDefault(List.of(proof), List.of());
    }
  }

  void readLastSent(Set<MemberKey> wanted, Map<ChannelKey, LockedLog> logs) throws SQLException {
    if (wanted.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(LAST_SENT)) {
      setMembers(statement, wanted);
      each(statement, logs, (row, log) -> log.foundLastSent(row.getString(2), row.getLong(3)));
    }
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

  private void setMembers(PreparedStatement statement, Set<MemberKey> members) throws SQLException {
    List<Long> channels = new ArrayList<>(members.size());
    List<String> users = new ArrayList<>(members.size());
    for (MemberKey key : members) {
      channels.add(key.channelId());
      users.add(key.user());
    }
    statement.setArray(1, Jdbc.numbers(connection, channels));
    statement.setArray(2, Jdbc.texts(connection, users));
  }

  private static void each(
      PreparedStatement statement, Map<ChannelKey, LockedLog> logs, RowReader reader)
      throws SQLException {
    Map<Long, LockedLog> byNumber = byNumber(logs);
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        LockedLog log = byNumber.get(row.getLong(1));
        if (log != null) {
          reader.read(row, log);
        }
      }
    }
  }

  private static Map<Long, LockedLog> byNumber(Map<ChannelKey, LockedLog> logs) {
    Map<Long, LockedLog> byNumber = new HashMap<>(logs.size() * 2);
    for (LockedLog log : logs.values()) {
      byNumber.put(log.channelId(), log);
    }
    return byNumber;
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
