package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelOrder;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelStatistics;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.presence.PresenceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An organization's channels for those who administer them, whether or not they are members. What
 * changes a channel goes through {@link ChannelService}, with its rules and its audit. Any thread.
 */
@ApplicationScoped
public class ChannelAdministration {
  /** Channels of one page at most. */
  public static final int MAX_PAGE = 200;

  /** Owners that a new channel may be given. */
  public static final int MAX_OWNERS = 50;

  private static final Duration STATISTICS_AGE = Duration.ofSeconds(10);
  private static final int STATISTICS_KEPT = 1_000;
  private static final Duration DAYS = Duration.ofDays(30);

  private final ChannelCatalog catalog;
  private final ChannelRepository channels;
  private final ChannelService service;
  private final MemberService members;
  private final PresenceService presence;
  private final AdminRights rights;
  private final Clock clock;
  private final KeptAnswers<ChannelKey, ChannelStatistics> statistics =
      new KeptAnswers<>(STATISTICS_AGE, STATISTICS_KEPT);

  /** A line of the list. */
  public record Row(Channel channel, long members) {}

  /**
   * One channel.
   *
   * @param own what the caller may do there as anybody else would
   * @param member whether the caller has a stored membership
   * @param listeners people who have the channel open, on any node
   */
  public record Detail(Row row, Access own, boolean member, int listeners) {}

  protected ChannelAdministration() { // for the client proxy
    this(null, null, null, null, null, null, null);
  }

  @Inject
  public ChannelAdministration(
      ChannelCatalog catalog,
      ChannelRepository channels,
      ChannelService service,
      MemberService members,
      PresenceService presence,
      AdminRights rights,
      Clock clock) {
    this.catalog = catalog;
    this.channels = channels;
    this.service = service;
    this.members = members;
    this.presence = presence;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * The organization's channels but inboxes and announcements.
   *
   * @param after where the page before ended; the first page is counted as well
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  @Transactional
  public AdminPage<Row> search(
      Identity by, ChannelFilter filter, ChannelOrder order, ChannelOrder.Mark after, int limit) {
    rights.require(by, AdminRight.CHANNELS_VIEW);
    List<Channel> found = catalog.search(by.organization(), filter, order, after, limit + 1);
    AdminPage<Channel> page =
        AdminPage.of(
            found, limit, after.isBeginning(), () -> catalog.count(by.organization(), filter));
    Map<Long, Long> counts = catalog.countMembers(page.items().stream().map(Channel::id).toList());
    return page.map(channel -> new Row(channel, counts.getOrDefault(channel.id(), 0L)));
  }

  /**
   * One channel.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also for one that does not exist
   */
  public Detail get(Identity by, ChannelName name) {
    rights.require(by, AdminRight.CHANNELS_VIEW);
    ChannelView view = channels.view(keyOf(by, name), by.userId()).orElseThrow(Access::forbidden);
    Channel channel = requireListed(view.channel());
    long count = catalog.countMembers(List.of(channel.id())).getOrDefault(channel.id(), 0L);
    return new Detail(
        new Row(channel, count),
        view.accessOf(by, clock.millis()),
        view.membership().filter(membership -> !membership.isBan()).isPresent(),
        presence.countIn(channel.key()));
  }

  /** The channel, unless it is an inbox or the announcements: those are nobody's to administer. */
  static Channel requireListed(Channel channel) {
    if (channel.kind() == ChannelKind.INBOX || channel.kind() == ChannelKind.ANNOUNCEMENTS) {
      throw Access.forbidden();
    }
    return channel;
  }

  /**
   * Makes a channel.
   *
   * @param owners who become its owners; none: the caller does
   * @throws RealtimeException as {@link ChannelService#create}; {@code TOO_LARGE} for more than
   *     {@value #MAX_OWNERS} owners
   */
  @Transactional
  public void create(
      Identity by,
      ChannelName name,
      ChannelKind kind,
      ChannelSettings settings,
      List<UserId> owners) {
    rights.require(by, AdminRight.CHANNELS_MANAGE);
    Set<UserId> wanted = new LinkedHashSet<>(owners);
    service.create(by, name, kind, settings);
    for (UserId owner : wanted) {
      if (!owner.equals(by.userId())) {
        members.add(by, name, owner, Role.OWNER);
      }
    }
    if (!wanted.isEmpty() && !wanted.contains(by.userId())) {
      members.remove(by, name, by.userId());
    }
  }

  /**
   * Changes what may be changed of a channel.
   *
   * @throws RealtimeException as {@link ChannelService#change}
   */
  @Transactional
  public void change(Identity by, ChannelName name, UnaryOperator<ChannelSettings> change) {
    rights.require(by, AdminRight.CHANNELS_MANAGE);
    service.change(by, name, change);
  }

  /**
   * What has happened in a channel; at most ten seconds old.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist
   */
  public ChannelStatistics statistics(Identity by, ChannelName name) {
    rights.require(by, AdminRight.CHANNELS_VIEW);
    ChannelKey key = keyOf(by, name);
    Channel channel = requireListed(channels.find(key).orElseThrow(Access::forbidden));
    return statistics.get(key, () -> catalog.statistics(channel, clock.millis() - DAYS.toMillis()));
  }

  /**
   * How many people have a channel open, on any node, counted to at most {@value
   * PresenceService#MAX_CHANNEL_USERS}.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public int listeners(Identity by, ChannelName name) {
    rights.require(by, AdminRight.CHANNELS_VIEW);
    return presence.countIn(keyOf(by, name));
  }

  private static ChannelKey keyOf(Identity by, ChannelName name) {
    return new ChannelKey(by.organization(), name);
  }
}
