package io.carillon.persistence;

import io.carillon.config.CrashPoint;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.LogCommand;
import io.carillon.domain.message.LogOutcome;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.jdbc.ReturningWork;

/**
 * The logs in a relational database. Appends and pages go by JDBC over the transaction's own
 * connection: a batch costs a handful of round trips, and no message passes through a persistence
 * context. Any thread.
 */
@ApplicationScoped
public class JpaMessageRepository implements MessageRepository {
  private static final int MAX_KNOWN_CHANNELS = 65_536;
  private static final int MAX_UNREAD = 1_000;

  private static final String ENDS =
      "select id, epoch, last_offset, pruned_offset from channel where id = any(?)";

  // The first part finds out with one look that there are too many to count.
  private static final String UNREAD =
      "select c.id, coalesce("
          + "(select "
          + MAX_UNREAD
          + " from message m where m.channel_id = c.id and m.author_id <> ?"
          + " and m.deleted_at = 0 and m.msg_offset > coalesce(r.last_read_offset, 0)"
          + " order by m.channel_id, m.msg_offset offset "
          + (MAX_UNREAD - 1)
          + " rows fetch first 1 row only),"
          + " (select count(*) from message m where m.channel_id = c.id and m.author_id <> ?"
          + " and m.deleted_at = 0 and m.msg_offset > coalesce(r.last_read_offset, 0)))"
          + " from channel c left join read_mark r on r.channel_id = c.id and r.user_id = ?"
          + " where c.id = any(?)";

  private final EntityManager entities;
  private final Clock clock;
  private final ChannelNumbers numbers = new ChannelNumbers(MAX_KNOWN_CHANNELS);

  protected JpaMessageRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaMessageRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaMessageRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional
  public List<LogOutcome> append(List<LogCommand> batch) {
    return append(batch, numbers);
  }

  @Override
  @Transactional(Transactional.TxType.MANDATORY)
  public List<LogOutcome> appendInTransaction(List<LogCommand> batch) {
    // Numbers of its own: a channel that the same transaction makes may yet be rolled back.
    return append(batch, new ChannelNumbers(Math.max(1, batch.size())));
  }

  private List<LogOutcome> append(List<LogCommand> batch, ChannelNumbers known) {
    return onConnection(
        connection -> {
          LogTransaction transaction = new LogTransaction(connection, known, clock);
          List<LogOutcome> outcomes = transaction.run(batch);
          AuditChain.append(entities, transaction.moderations());
          CrashPoint.BEFORE_COMMIT.pass();
          return outcomes;
        });
  }

  @Override
  @Transactional
  public Optional<LogPage> readAfter(ChannelKey channel, long offset, int limit, int maxBytes) {
    return read(channel, reader -> reader.readAfter(offset, limit, maxBytes));
  }

  @Override
  @Transactional
  public HistoryPage historyBefore(ChannelKey channel, long before, int limit, int maxBytes) {
    return read(channel, reader -> reader.historyBefore(before, limit, maxBytes))
        .orElseThrow(Access::forbidden);
  }

  @Override
  @Transactional
  public HistoryPage historyAfter(ChannelKey channel, long after, int limit, int maxBytes) {
    return read(channel, reader -> reader.historyAfter(after, limit, maxBytes))
        .orElseThrow(Access::forbidden);
  }

  @Override
  @Transactional
  public Optional<Publication> find(ChannelKey channel, String messageId) {
    Optional<UUID> id = MessageIds.parse(messageId);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    return onConnection(
        connection -> {
          Optional<Long> number = number(connection, channel);
          if (number.isEmpty()) {
            return Optional.empty();
          }
          return new LogReader(connection, channel, number.get()).find(id.get());
        });
  }

  @Override
  @Transactional
  public Map<ChannelKey, LogEnd> ends(Collection<ChannelKey> channels) {
    return onConnection(
        connection -> {
          Map<ChannelKey, LogEnd> ends = new HashMap<>();
          forEach(
              connection,
              ENDS,
              1,
              channels,
              statement -> {},
              (key, row) ->
                  ends.put(key, new LogEnd(row.getString(2), row.getLong(3), row.getLong(4))));
          return ends;
        });
  }

  @Override
  @Transactional
  public Map<ChannelKey, Long> unread(UserId user, Collection<ChannelKey> channels) {
    return onConnection(
        connection -> {
          Map<ChannelKey, Long> counts = new HashMap<>();
          forEach(
              connection,
              UNREAD,
              4,
              channels,
              statement -> {
                statement.setString(1, user.value());
                statement.setString(2, user.value());
                statement.setString(3, user.value());
              },
              (key, row) -> counts.put(key, row.getLong(2)));
          return counts;
        });
  }

  @Override
  @Transactional
  public List<String> idsBelow(ChannelKey inbox, InboxState state, int limit) {
    Optional<Long> number = onConnection(connection -> number(connection, inbox));
    if (number.isEmpty()) {
      return List.of();
    }
    return entities
        .createQuery(
            "select m.id from Message m where m.channelId = :channel and m.inboxState < :state"
                + " and m.deletedAtMillis = 0 order by m.channelId, m.offset",
            UUID.class)
        .setParameter("channel", number.get())
        .setParameter("state", (short) state.ordinal())
        .setMaxResults(limit)
        .getResultStream()
        .map(UUID::toString)
        .toList();
  }

  @Override
  @Transactional
  public long unreadNotifications(ChannelKey inbox) {
    Optional<Long> number = onConnection(connection -> number(connection, inbox));
    if (number.isEmpty()) {
      return 0;
    }
    return entities
        .createQuery(
            "select count(*) from Message m where m.channelId = :channel"
                + " and m.inboxState < 2 and m.deletedAtMillis = 0",
            Long.class)
        .setParameter("channel", number.get())
        .getSingleResult();
  }

  @Override
  @Transactional
  public int prune(long nowMillis, int limit) {
    return onConnection(connection -> new LogPruning(connection, nowMillis).run(limit));
  }

  // ---- one channel, or several

  private interface Reading<T> {
    Optional<T> with(LogReader reader) throws SQLException;
  }

  private <T> Optional<T> read(ChannelKey channel, Reading<T> reading) {
    return onConnection(
        connection -> {
          Optional<Long> number = number(connection, channel);
          if (number.isEmpty()) {
            return Optional.empty();
          }
          Optional<T> page = reading.with(new LogReader(connection, channel, number.get()));
          if (page.isEmpty()) {
            numbers.forget(channel);
          }
          return page;
        });
  }

  private Optional<Long> number(Connection connection, ChannelKey channel) throws SQLException {
    return Optional.ofNullable(numbers.find(connection, List.of(channel)).get(channel));
  }

  private interface ChannelRow {
    void read(ChannelKey channel, ResultSet row) throws SQLException;
  }

  /**
   * Runs a query over channels whose first column is the channel's number.
   *
   * @param numbersAt the parameter that takes the channels' numbers
   * @param parameters sets the others
   */
  private void forEach(
      Connection connection,
      String sql,
      int numbersAt,
      Collection<ChannelKey> channels,
      Jdbc.Parameters parameters,
      ChannelRow reader)
      throws SQLException {
    if (channels.isEmpty()) {
      return;
    }
    Map<Long, ChannelKey> keys = new HashMap<>();
    numbers.find(connection, channels).forEach((key, id) -> keys.put(id, key));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      parameters.set(statement);
      statement.setArray(numbersAt, Jdbc.numbers(connection, keys.keySet()));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          reader.read(keys.get(row.getLong(1)), row);
        }
      }
    }
  }

  private <T> T onConnection(ReturningWork<T> work) {
    return Jdbc.inTransactionOf(entities, work);
  }
}
