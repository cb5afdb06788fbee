package io.carillon.persistence;

import io.carillon.domain.Text;
import io.carillon.domain.channel.Ban;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Memberships and read marks in a relational database. Any thread. */
@ApplicationScoped
public class JpaMembershipRepository implements MembershipRepository {
  private static final int MAX_LIMIT = 1_000;
  private static final int MAX_CHANNELS = 10_000;

  private static final String LOCK_CHANNEL = "select id from channel where id = ? for update";
  private static final String ADD =
      "insert into membership (channel_id, user_id, member_role, muted_until, joined_at)"
          + " values (?, ?, ?, 0, ?)";
  private static final String CHANGE_ROLE =
      "update membership set member_role = ? where banned_at = 0 and channel_id = ? and user_id ="
          + " ?";
  private static final String MUTE =
      "update membership set muted_until = ? where banned_at = 0 and channel_id = ? and user_id ="
          + " ?";
  private static final String REMOVE =
      "delete from membership where banned_at = 0 and channel_id = ? and user_id = ?";
  private static final String BAN =
      "update membership set member_role = ?, muted_until = 0, banned_by = ?, ban_reason = ?,"
          + " banned_at = case when banned_at = 0 then ? else banned_at end"
          + " where channel_id = ? and user_id = ?";
  private static final String ADD_BAN =
      "insert into membership (member_role, muted_until, joined_at, banned_by, ban_reason,"
          + " banned_at, channel_id, user_id) values (?, 0, 0, ?, ?, ?, ?, ?)";
  private static final String UNBAN =
      "delete from membership where banned_at > 0 and channel_id = ? and user_id = ?";

  // A mark beyond the log's end would hide messages that are still to come.
  private static final String FIRST_MARK =
      "insert into read_mark (channel_id, user_id, last_read_offset)"
          + " select id, cast(? as varchar), least(last_offset, ?) from channel where id = ?";
  private static final String ADVANCE_MARK =
      "update read_mark set last_read_offset ="
          + " (select least(c.last_offset, ?) from channel c where c.id = read_mark.channel_id)"
          + " where channel_id = ? and user_id = ? and last_read_offset <"
          + " (select least(c.last_offset, ?) from channel c where c.id = read_mark.channel_id)";

  private static final String FIND =
      "select m from Membership m where m.channelId = :channel and m.userId = :user";
  private static final String MEMBERS =
      MemberRow.SELECT
          + " where m.channelId = :channel and m.bannedAtMillis = 0 and m.userId > :after"
          + " order by m.userId";
  private static final String BANS =
      "select m as membership, coalesce(u.name, m.userId) as name from Membership m"
          + " left join User u on u.organization = :organization and u.id = m.userId"
          + " where m.channelId = :channel and m.bannedAtMillis > 0 and m.userId > :after"
          + " order by m.userId";
  private static final String COUNT_OWNERS =
      "select count(*) from Membership m where m.channelId = :channel and m.role = :role"
          + " and m.bannedAtMillis = 0";
  private static final String CHANNELS =
      "select c.name from Membership m join Channel c on c.id = m.channelId"
          + " where m.userId = :user and m.bannedAtMillis = 0 and c.organization = :organization"
          + " order by c.name";
  private static final String AMONG =
      "select m.userId from Membership m where m.channelId = :channel and m.bannedAtMillis = 0"
          + " and m.userId in (:users)";
  private static final String MARK =
      "select r.lastReadOffset from ReadMark r where r.channelId = :channel and r.userId = :user";
  private static final String MARKS =
      "select r.channelId as channel, r.lastReadOffset as mark from ReadMark r"
          + " where r.userId = :user and r.channelId in (:channels)";

  private final EntityManager entities;
  private final Clock clock;

  protected JpaMembershipRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaMembershipRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaMembershipRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional
  public Optional<Membership> find(Channel channel, UserId user) {
    Optional<Membership> found =
        entities
            .createQuery(FIND, Membership.class)
            .setParameter("channel", channel.id())
            .setParameter("user", user.value())
            .getResultStream()
            .findFirst();
    found.ifPresent(entities::detach); // a snapshot, and the next look-up reads anew
    return found;
  }

  // ---- changes of rights

  @Override
  @Transactional
  public boolean add(Channel channel, UserId user, Role role) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> {
          lock(connection, channel);
          boolean added =
              Jdbc.insertIfAbsent(
                  connection,
                  ADD,
                  statement -> {
                    statement.setLong(1, channel.id());
                    statement.setString(2, user.value());
                    statement.setString(3, role.name());
                    statement.setLong(4, clock.millis());
                  });
          if (added) {
            // What was said before is no news to a new member.
            insertMark(connection, channel, user, Channel.MAX_OFFSET);
          }
          return added;
        });
  }

  @Override
  @Transactional
  public boolean changeRole(Channel channel, UserId user, Role role) {
    return change(channel, user, CHANGE_ROLE, statement -> statement.setString(1, role.name()), 2);
  }

  @Override
  @Transactional
  public boolean mute(Channel channel, UserId user, long untilMillis) {
    return change(channel, user, MUTE, statement -> statement.setLong(1, untilMillis), 2);
  }

  @Override
  @Transactional
  public boolean remove(Channel channel, UserId user) {
    return change(channel, user, REMOVE, statement -> {}, 1);
  }

  @Override
  @Transactional
  public void ban(Channel channel, UserId user, UserId by, String reason) {
    Jdbc.Parameters values =
        statement -> {
          statement.setString(1, Role.READER.name()); // for nodes that know of no bans
          statement.setString(2, by.value());
          statement.setString(3, Text.checked(reason, Ban.MAX_REASON, "reason"));
          statement.setLong(4, clock.millis());
        };
    if (!change(channel, user, BAN, values, 5)) {
      change(channel, user, ADD_BAN, values, 5); // the channel is locked: nobody adds one now
    }
  }

  @Override
  @Transactional
  public boolean unban(Channel channel, UserId user) {
    return change(channel, user, UNBAN, statement -> {}, 1);
  }

  @Override
  @Transactional
  public List<Ban> bans(Channel channel, String afterUser, int limit) {
    return entities
        .createQuery(BANS, Tuple.class)
        .setParameter("organization", channel.key().organization())
        .setParameter("channel", channel.id())
        .setParameter("after", afterUser)
        .setMaxResults(Math.min(limit, MAX_LIMIT))
        .getResultStream()
        .map(this::ban)
        .toList();
  }

  private Ban ban(Tuple row) {
    Membership membership = row.get("membership", Membership.class);
    entities.detach(membership);
    return new Ban(
        membership.user(),
        row.get("name", String.class),
        membership.bannedAtMillis(),
        membership.bannedBy(),
        membership.banReason());
  }

  /**
   * @param keyAt the first of the two parameters that name the membership
   */
  private boolean change(
      Channel channel, UserId user, String sql, Jdbc.Parameters values, int keyAt) {
    return Jdbc.inTransactionOf(
        entities,
        connection -> {
          lock(connection, channel);
          int changed =
              Jdbc.update(
                  connection,
                  sql,
                  statement -> {
                    values.set(statement);
                    statement.setLong(keyAt, channel.id());
                    statement.setString(keyAt + 1, user.value());
                  });
          return changed > 0;
        });
  }

  /** An append that holds the channel ends first; the next one sees the change. */
  private static void lock(Connection connection, Channel channel) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK_CHANNEL)) {
      statement.setLong(1, channel.id());
      statement.executeQuery().close();
    }
  }

  // ---- lists

  @Override
  @Transactional
  public List<Member> list(Channel channel, String afterUser, int limit) {
    return entities
        .createQuery(MEMBERS, Tuple.class)
        .setParameter("organization", channel.key().organization())
        .setParameter("channel", channel.id())
        .setParameter("after", afterUser)
        .setMaxResults(Math.min(limit, MAX_LIMIT))
        .getResultStream()
        .map(row -> MemberRow.read(entities, row))
        .toList();
  }

  @Override
  @Transactional
  public long countOwners(Channel channel) {
    return entities
        .createQuery(COUNT_OWNERS, Long.class)
        .setParameter("channel", channel.id())
        .setParameter("role", Role.OWNER)
        .getSingleResult();
  }

  @Override
  @Transactional
  public List<ChannelKey> channelsOf(String organization, UserId user, int limit) {
    return entities
        .createQuery(CHANNELS, String.class)
        .setParameter("user", user.value())
        .setParameter("organization", organization)
        .setMaxResults(Math.min(limit, MAX_CHANNELS))
        .getResultStream()
        .map(name -> new ChannelKey(organization, new ChannelName(name)))
        .toList();
  }

  @Override
  @Transactional
  public List<UserId> membersAmong(Channel channel, Collection<UserId> users) {
    if (users.isEmpty()) {
      return List.of();
    }
    return entities
        .createQuery(AMONG, String.class)
        .setParameter("channel", channel.id())
        .setParameter("users", users.stream().map(UserId::value).toList())
        .getResultStream()
        .map(UserId::new)
        .toList();
  }

  // ---- read marks

  @Override
  @Transactional
  public OptionalLong advanceReadOffset(Channel channel, UserId user, long offset) {
    boolean moved =
        Jdbc.inTransactionOf(
            entities,
            // Another device may make the first mark at the same moment: then that one is moved.
            connection ->
                advanceMark(connection, channel, user, offset)
                    || insertMark(connection, channel, user, offset)
                    || advanceMark(connection, channel, user, offset));
    if (!moved) {
      return OptionalLong.empty();
    }
    // The row is locked by the change, so this is the place that it was moved to.
    long mark = readOffset(channel, user);
    return mark == 0 ? OptionalLong.empty() : OptionalLong.of(mark);
  }

  private static boolean advanceMark(
      Connection connection, Channel channel, UserId user, long offset) throws SQLException {
    int moved =
        Jdbc.update(
            connection,
            ADVANCE_MARK,
            statement -> {
              statement.setLong(1, offset);
              statement.setLong(2, channel.id());
              statement.setString(3, user.value());
              statement.setLong(4, offset);
            });
    return moved > 0;
  }

  private static boolean insertMark(
      Connection connection, Channel channel, UserId user, long offset) throws SQLException {
    return Jdbc.insertIfAbsent(
        connection,
        FIRST_MARK,
        statement -> {
          statement.setString(1, user.value());
          statement.setLong(2, Math.max(0, offset));
          statement.setLong(3, channel.id());
        });
  }

  @Override
  @Transactional
  public long readOffset(Channel channel, UserId user) {
    return entities
        .createQuery(MARK, Long.class)
        .setParameter("channel", channel.id())
        .setParameter("user", user.value())
        .getResultStream()
        .findFirst()
        .orElse(0L);
  }

  @Override
  @Transactional
  public Map<Long, Long> readOffsets(UserId user, Collection<Long> channelIds) {
    Map<Long, Long> offsets = new HashMap<>();
    if (!channelIds.isEmpty()) {
      entities
          .createQuery(MARKS, Tuple.class)
          .setParameter("user", user.value())
          .setParameter("channels", channelIds)
          .getResultStream()
          .forEach(row -> offsets.put(row.get("channel", Long.class), row.get("mark", Long.class)));
    }
    return offsets;
  }
}
