package io.carillon.persistence;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.ViewQuestion;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Tuple;
import jakarta.persistence.TypedQuery;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Channels in a relational database. Any thread. */
@ApplicationScoped
public class JpaChannelRepository implements ChannelRepository {
  private static final int MAX_LIMIT = 1_000;
  private static final Set<ChannelKind> LISTED =
      Set.of(ChannelKind.CHAT, ChannelKind.LIST, ChannelKind.EPHEMERAL);

  private static final String INSERT =
      "insert into channel (organization_id, channel_name, kind, visibility, title, topic, epoch,"
          + " last_offset, pruned_offset, archived, history_millis, publish_policy,"
          + " max_message_bytes, slow_mode_millis, conflict_rule, created_at)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String FIND =
      "select c from Channel c where c.organization = :organization and c.name = :name";

  private static final String NAMES =
      "select c.name from Channel c where c.organization = :organization and c.id in (%s)";

  private static final String VIEWS =
      "select c as channel, m as membership from Channel c"
          + " left join Membership m on m.channelId = c.id and m.userId in (%s)"
          + " where c.organization = :organization and c.name in (%s)";

  private static final String VIEW =
      "select c as channel, m as membership from Channel c"
          + " left join Membership m on m.channelId = c.id and m.userId = :user"
          + " where c.organization = :organization and c.name = :name";

  // Each half of the union has an index of its own; a condition with "or" would read every channel
  // of the organization, and there is an inbox for each user.
  private static final String VISIBLE =
      "select c as channel, m as membership from Channel c"
          + " left join Membership m on m.channelId = c.id and m.userId = :user"
          + " where c.id in ("
          + "select p.id from Channel p"
          + " where p.organization = :organization and p.visibility = :open and p.name > :after"
          + " union all select o.channelId from Membership o where o.userId = :user"
          + " and o.bannedAtMillis = 0)"
          + " and c.organization = :organization and c.kind in (:kinds) and c.name > :after"
          + " and (m.userId is null or m.bannedAtMillis = 0) order by c.name";

  private static final String LIST =
      "select c from Channel c where c.organization = :organization and c.kind in (:kinds)"
          + " and c.name like :pattern escape '!' and c.name > :after order by c.name";

  private final EntityManager entities;
  private final Clock clock;

  protected JpaChannelRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaChannelRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaChannelRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional
  public Optional<Channel> find(ChannelKey key) {
    return first(byKey(key)).map(this::detached);
  }

  @Override
  @Transactional
  public Optional<ChannelView> view(ChannelKey key, UserId user) {
    return first(
            entities
                .createQuery(VIEW, Tuple.class)
                .setParameter("user", user.value())
                .setParameter("organization", key.organization())
                .setParameter("name", key.name().value()))
        .map(this::view);
  }

  @Override
  @Transactional
  public Map<Asker, Access> accessOf(Collection<Asker> askers) {
    if (askers.isEmpty()) {
      return Map.of();
    }
    return Jdbc.inTransactionOf(
        entities, connection -> StoredAccess.read(connection, askers, clock.millis()));
  }

  @Override
  @Transactional(Transactional.TxType.REQUIRES_NEW)
  public List<Map<ChannelName, ChannelView>> views(List<ViewQuestion> questions) {
    Map<String, Found> found = new HashMap<>();
    questions.stream()
        .collect(Collectors.groupingBy(ViewQuestion::organization))
        .forEach((organization, asked) -> found.put(organization, find(organization, asked)));
    return questions.stream()
        .map(question -> found.get(question.organization()).answer(question))
        .toList();
  }

  private Found find(String organization, List<ViewQuestion> questions) {
    Found found = new Found();
    query(
            organization,
            filledUp(questions.stream().map(ViewQuestion::user).map(UserId::value)),
            filledUp(
                questions.stream()
                    .flatMap(question -> question.names().stream())
                    .map(ChannelName::value)))
        .getResultStream()
        .map(this::view)
        .forEach(found::add);
    return found;
  }

  /**
   * With a parameter for each value: for a parameter that is a list, Hibernate translates the query
   * anew each time, which costs more than the rest.
   */
  private TypedQuery<Tuple> query(String organization, List<String> users, List<String> names) {
    TypedQuery<Tuple> query =
        entities
            .createQuery(
                VIEWS.formatted(parameters("user", users), parameters("name", names)), Tuple.class)
            .setParameter("organization", organization);
    setAll(query, "user", users);
    setAll(query, "name", names);
    return query;
  }

  /**
   * Each once; the last one again up to a power of two, so that there are few different queries.
   */
  private static List<String> filledUp(Stream<String> values) {
    List<String> list = new ArrayList<>(new LinkedHashSet<>(values.toList()));
    String last = list.get(list.size() - 1);
    while (Integer.bitCount(list.size()) > 1) {
      list.add(last);
    }
    return list;
  }

  private static String parameters(String name, List<?> values) {
    return IntStream.range(0, values.size())
        .mapToObj(i -> ":" + name + i)
        .collect(Collectors.joining(", "));
  }

  private static void setAll(TypedQuery<?> query, String name, List<?> values) {
    for (int i = 0; i < values.size(); i++) {
      query.setParameter(name + i, values.get(i));
    }
  }

  /** Of one organization. */
  private static final class Found {
    private final Map<ChannelName, Channel> channels = new HashMap<>();
    private final Map<ChannelName, Map<UserId, Membership>> members = new HashMap<>();

    void add(ChannelView view) {
      ChannelName name = view.channel().key().name();
      channels.put(name, view.channel());
      view.membership()
          .ifPresent(
              member ->
                  members.computeIfAbsent(name, n -> new HashMap<>()).put(member.user(), member));
    }

    Map<ChannelName, ChannelView> answer(ViewQuestion question) {
      Map<ChannelName, ChannelView> views = new HashMap<>();
      for (ChannelName name : question.names()) {
        Channel channel = channels.get(name);
        if (channel != null) {
          views.put(
              name,
              new ChannelView(channel, members.getOrDefault(name, Map.of()).get(question.user())));
        }
      }
      return views;
    }
  }

  @Override
  @Transactional(Transactional.TxType.MANDATORY)
  public Optional<Channel> lock(ChannelKey key) {
    return first(byKey(key).setLockMode(LockModeType.PESSIMISTIC_WRITE));
  }

  private TypedQuery<Channel> byKey(ChannelKey key) {
    return entities
        .createQuery(FIND, Channel.class)
        .setParameter("organization", key.organization())
        .setParameter("name", key.name().value());
  }

  @Override
  @Transactional(Transactional.TxType.MANDATORY)
  public void lockAll(Collection<ChannelKey> keys) {
    Jdbc.inTransactionOf(
        entities,
        connection ->
            new LogTable(connection)
                .lock(new ChannelNumbers(Math.max(1, keys.size())).find(connection, keys)));
  }

  @Override
  @Transactional
  public Channel create(Channel channel) {
    if (!insertIfAbsent(channel)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the channel's name is taken");
    }
    return find(channel.key()).orElseThrow();
  }

  @Override
  @Transactional
  public Channel ensureSystemChannel(ChannelKey key) {
    if (!key.name().isReserved()) {
      throw new IllegalArgumentException("not a system channel's name");
    }
    Optional<Channel> present = find(key);
    if (present.isPresent()) {
      return present.get();
    }
    boolean announcements = key.name().equals(ChannelName.announcementsOf(key.organization()));
    insertIfAbsent(
        announcements
            ? Channel.announcements(key, clock.millis())
            : Channel.inbox(key, clock.millis()));
    return find(key).orElseThrow();
  }

  private boolean insertIfAbsent(Channel channel) {
    return Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.insertIfAbsent(connection, INSERT, statement -> setInsert(statement, channel)));
  }

  private static void setInsert(PreparedStatement statement, Channel channel) throws SQLException {
    ChannelPolicy policy = channel.policy();
    statement.setString(1, channel.key().organization());
    statement.setString(2, channel.key().name().value());
    statement.setString(3, channel.kind().name());
    statement.setString(4, channel.visibility().name());
    statement.setString(5, channel.title());
    statement.setString(6, channel.topic());
    statement.setString(7, channel.epoch());
    statement.setLong(8, channel.lastOffset());
    statement.setLong(9, channel.prunedOffset());
    statement.setBoolean(10, channel.isArchived());
    statement.setLong(11, policy.historyMillis());
    statement.setString(12, policy.publish().name());
    statement.setInt(13, policy.maxMessageBytes());
    statement.setLong(14, policy.slowModeMillis());
    statement.setString(15, policy.conflicts().name());
    statement.setLong(16, channel.createdAtMillis());
  }

  @Override
  @Transactional
  public List<ChannelView> listVisible(
      String organization, UserId user, String afterName, int limit) {
    return entities
        .createQuery(VISIBLE, Tuple.class)
        .setParameter("organization", organization)
        .setParameter("user", user.value())
        .setParameter("open", Visibility.PUBLIC)
        .setParameter("kinds", LISTED)
        .setParameter("after", afterName)
        .setMaxResults(Math.min(limit, MAX_LIMIT))
        .getResultStream()
        .map(this::view)
        .toList();
  }

  @Override
  @Transactional
  public List<Channel> list(String organization, String namePrefix, String afterName, int limit) {
    return entities
        .createQuery(LIST, Channel.class)
        .setParameter("organization", organization)
        .setParameter("kinds", LISTED)
        .setParameter("pattern", namePrefix.replaceAll("[!%_]", "!$0") + '%')
        .setParameter("after", afterName)
        .setMaxResults(Math.min(limit, MAX_LIMIT))
        .getResultStream()
        .map(this::detached)
        .toList();
  }

  private static <T> Optional<T> first(TypedQuery<T> query) {
    return query.getResultStream().findFirst();
  }

  private ChannelView view(Tuple row) {
    Channel channel = detached(row.get("channel", Channel.class));
    Membership membership = row.get("membership", Membership.class);
    if (membership != null) {
      entities.detach(membership);
    }
    return new ChannelView(channel, membership);
  }

  /**
   * A change of a snapshot must go nowhere: it may have been read before somebody else's change.
   */
  private Channel detached(Channel channel) {
    entities.detach(channel);
    return channel;
  }

  @Override
  @Transactional
  public List<ChannelName> names(String organization, Collection<Long> numbers) {
    if (numbers.isEmpty()) {
      return List.of();
    }
    List<Long> all = numbers.stream().limit(MAX_LIMIT).toList();
    TypedQuery<String> query =
        entities
            .createQuery(NAMES.formatted(parameters("number", all)), String.class)
            .setParameter("organization", organization);
    setAll(query, "number", all);
    return query.getResultStream().map(ChannelName::new).toList();
  }
}
