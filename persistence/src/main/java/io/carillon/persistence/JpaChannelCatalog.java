package io.carillon.persistence;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelOrder;
import io.carillon.domain.channel.ChannelStatistics;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.Role;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The catalog of channels in a relational database. Any thread. */
@ApplicationScoped
public class JpaChannelCatalog implements ChannelCatalog {
  private static final Set<ChannelKind> LISTED =
      Set.of(ChannelKind.CHAT, ChannelKind.LIST, ChannelKind.EPHEMERAL);

  private static final String MEMBER_COUNTS =
      "select m.channelId as channel, count(m) as members from Membership m"
          + " where m.channelId in (:channels) and m.bannedAtMillis = 0 group by m.channelId";
  private static final String COUNT_MEMBERS =
      "select count(m) from Membership m"
          + " left join User u on u.organization = :organization and u.id = m.userId";

  private static final String PLACES =
      "select m as membership, c.name as name from Membership m join Channel c"
          + " on c.id = m.channelId where m.userId = :user and c.organization = :organization"
          + " order by c.name";

  private static final String TOTALS =
      "select count(case when deleted_at = 0 then 1 end),"
          + " count(case when deleted_at = 0 and edited_at > 0 then 1 end),"
          + " count(case when deleted_at > 0 then 1 end), count(distinct author_id),"
          + " coalesce(sum(cast(length(payload) as bigint)), 0), coalesce(min(created_at), 0),"
          + " coalesce(max(created_at), 0) from message where channel_id = ?";
  private static final String DAYS =
      "select created_at / 86400000, count(*) from message"
          + " where channel_id = ? and created_at >= ? and deleted_at = 0"
          + " group by created_at / 86400000 order by 1";
  private static final String ROLES =
      "select member_role, case when banned_at > 0 then 1 else 0 end, count(*) from membership"
          + " where channel_id = ? group by member_role, case when banned_at > 0 then 1 else 0 end";

  private final EntityManager entities;

  protected JpaChannelCatalog() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaChannelCatalog(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public List<Channel> search(
      String organization,
      ChannelFilter filter,
      ChannelOrder order,
      ChannelOrder.Mark after,
      int limit) {
    Conditions conditions = conditions(organization, filter);
    String value =
        switch (order.by()) {
          case NAME -> "";
          case CREATED_AT -> "c.createdAtMillis";
          case LAST_OFFSET -> "c.lastOffset";
        };
    Conditions.Order sorted = new Conditions.Order(value, "c.name", order.descending());
    if (!after.isBeginning()) {
      conditions.after(sorted, after.number(), after.name());
    }
    return conditions.list(
        entities, "select c from Channel c", sorted.text(), Channel.class, limit);
  }

  private static Conditions conditions(String organization, ChannelFilter filter) {
    Conditions conditions =
        new Conditions()
            .where("c.organization = :organization", "organization", organization)
            .where(
                "c.kind in (:kinds)", "kinds", filter.kinds().isEmpty() ? LISTED : kinds(filter));
    if (!filter.text().isEmpty() && filter.atStart()) {
      conditions.where("c.name like :text escape '!'", "text", Conditions.prefix(filter.text()));
    } else if (!filter.text().isEmpty()) {
      conditions.having(filter.text(), "c.name", "c.title");
    }
    filter
        .wantedVisibility()
        .ifPresent(wanted -> conditions.where("c.visibility = :visibility", "visibility", wanted));
    filter
        .wantedArchived()
        .ifPresent(wanted -> conditions.where("c.archived = :archived", "archived", wanted));
    return conditions;
  }

  private static Set<ChannelKind> kinds(ChannelFilter filter) {
    List<ChannelKind> wanted = new ArrayList<>(filter.kinds());
    wanted.retainAll(LISTED);
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("no kind of channel that is listed");
    }
    return Set.copyOf(wanted);
  }

  @Override
  @Transactional
  public long count(String organization, ChannelFilter filter) {
    return conditions(organization, filter)
        .query(entities, "select count(c) from Channel c", "", Long.class)
        .getSingleResult();
  }

  @Override
  @Transactional
  public Map<Long, Long> countMembers(Collection<Long> channelIds) {
    Map<Long, Long> counts = new HashMap<>();
    if (!channelIds.isEmpty()) {
      entities
          .createQuery(MEMBER_COUNTS, Tuple.class)
          .setParameter("channels", channelIds)
          .getResultStream()
          .forEach(
              row -> counts.put(row.get("channel", Long.class), row.get("members", Long.class)));
    }
    return counts;
  }

  // ---- members

  @Override
  @Transactional
  public List<Member> members(
      Channel channel, String text, Role role, String afterUser, int limit) {
    return members(channel, text, role)
        .where("m.userId > :after", "after", afterUser)
        .query(entities, MemberRow.SELECT, "m.userId", Tuple.class)
        .setMaxResults(Math.min(limit, Conditions.MAX_LIMIT))
        .getResultStream()
        .map(row -> MemberRow.read(entities, row))
        .toList();
  }

  @Override
  @Transactional
  public long countMembers(Channel channel, String text, Role role) {
    return members(channel, text, role)
        .query(entities, COUNT_MEMBERS, "", Long.class)
        .getSingleResult();
  }

  private static Conditions members(Channel channel, String text, Role role) {
    Conditions conditions =
        new Conditions()
            .where("m.channelId = :channel", "channel", channel.id())
            .where("m.bannedAtMillis = 0")
            .with("organization", channel.key().organization());
    if (!text.isEmpty()) {
      conditions.having(text, "m.userId", "u.name");
    }
    if (role != null) {
      conditions.where("m.role = :role", "role", role);
    }
    return conditions;
  }

  @Override
  @Transactional
  public List<Place> placesOf(String organization, UserId user, int limit) {
    return entities
        .createQuery(PLACES, Tuple.class)
        .setParameter("organization", organization)
        .setParameter("user", user.value())
        .setMaxResults(Math.min(limit, Conditions.MAX_LIMIT))
        .getResultStream()
        .map(this::place)
        .toList();
  }

  private Place place(Tuple row) {
    Membership membership = row.get("membership", Membership.class);
    entities.detach(membership);
    return new Place(new ChannelName(row.get("name", String.class)), membership.rights());
  }

  // ---- statistics

  @Override
  @Transactional
  public ChannelStatistics statistics(Channel channel, long sinceMillis) {
    return Jdbc.inTransactionOf(
        entities, connection -> statistics(connection, channel.id(), sinceMillis));
  }

  private static ChannelStatistics statistics(Connection connection, long channel, long sinceMillis)
      throws SQLException {
    List<ChannelStatistics.Day> days = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(DAYS)) {
      statement.setLong(1, channel);
      statement.setLong(2, sinceMillis);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          days.add(new ChannelStatistics.Day(row.getLong(1), row.getLong(2)));
        }
      }
    }
    Map<Role, Long> members = new EnumMap<>(Role.class);
    long banned = 0;
    try (PreparedStatement statement = connection.prepareStatement(ROLES)) {
      statement.setLong(1, channel);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (row.getInt(2) == 1) {
            banned += row.getLong(3);
          } else {
            members.merge(Role.valueOf(row.getString(1)), row.getLong(3), Long::sum);
          }
        }
      }
    }
    try (PreparedStatement statement = connection.prepareStatement(TOTALS)) {
      statement.setLong(1, channel);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new ChannelStatistics(
            row.getLong(1),
            row.getLong(2),
            row.getLong(3),
            row.getLong(4),
            row.getLong(5),
            row.getLong(6),
            row.getLong(7),
            days,
            members,
            banned);
      }
    }
  }
}
