package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.ChannelView;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import io.carillon.security.RateLimiter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Making, finding, changing and archiving channels. A channel that the caller may not see and one
 * that does not exist are refused alike, with {@code FORBIDDEN}. Any thread.
 */
@ApplicationScoped
public class ChannelService {
  /** Channels of one page at most. */
  public static final int MAX_PAGE = 200;

  private static final JsonObject NOTHING = new JsonObject();

  private final ChannelRepository channels;
  private final MembershipRepository members;
  private final MessageRepository messages;
  private final RateLimiter rateLimiter;
  private final Audit audit;
  private final RightsChanges rights;
  private final AfterCommit afterCommit;
  private final Bus bus;
  private final Clock clock;

  protected ChannelService() { // for the client proxy
    this(null, null, null, null, null, null, null, null, null);
  }

  @Inject
  public ChannelService(
      ChannelRepository channels,
      MembershipRepository members,
      MessageRepository messages,
      RateLimiter rateLimiter,
      Audit audit,
      RightsChanges rights,
      AfterCommit afterCommit,
      Bus bus,
      Clock clock) {
    this.channels = channels;
    this.members = members;
    this.messages = messages;
    this.rateLimiter = rateLimiter;
    this.audit = audit;
    this.rights = rights;
    this.afterCommit = afterCommit;
    this.bus = bus;
    this.clock = clock;
  }

  /**
   * The caller's channels and the public ones, in the order of their names, archived ones too. A
   * program with an API key gets all of the organization's. Inboxes and announcements are not among
   * them.
   *
   * @param after the last name of the page before; the empty string for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   */
  @Transactional
  public Page<ChannelSummary> list(Identity by, String after, int limit) {
    boolean person = by.kind() == Identity.Kind.USER;
    List<ChannelView> found =
        person
            ? channels.listVisible(by.organization(), by.userId(), after, limit + 1)
            : channels.list(by.organization(), "", after, limit + 1).stream()
                .map(ChannelView::new)
                .toList();
    Page<ChannelView> page = Page.of(found, limit);
    if (!person) {
      return page.map(view -> summary(by, view, 0, 0));
    }
    List<ChannelKey> keys = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    for (ChannelView view : page.items()) {
      keys.add(view.channel().key());
      numbers.add(view.channel().id());
    }
    Map<ChannelKey, Long> unread = messages.unread(by.userId(), keys);
    Map<Long, Long> read = members.readOffsets(by.userId(), numbers);
    return page.map(
        view ->
            summary(
                by,
                view,
                unread.getOrDefault(view.channel().key(), 0L),
                read.getOrDefault(view.channel().id(), 0L)));
  }

  private ChannelSummary summary(Identity by, ChannelView view, long unread, long lastRead) {
    Access access = view.accessOf(by, clock.millis());
    return new ChannelSummary(
        view.channel(), access, view.membership().isPresent(), unread, lastRead);
  }

  /**
   * One channel, for those who may read or manage it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  @Transactional
  public ChannelSummary get(Identity by, ChannelName name) {
    ChannelView view = channels.view(keyOf(by, name), by.userId()).orElseThrow(Access::forbidden);
    Access access = view.accessOf(by, clock.millis());
    access.checkVisible();
    ChannelKey key = view.channel().key();
    boolean reads = by.kind() == Identity.Kind.USER && access.mayRead();
    long unread = reads ? messages.unread(by.userId(), List.of(key)).getOrDefault(key, 0L) : 0;
    long lastRead = reads ? members.readOffset(view.channel(), by.userId()) : 0;
    return new ChannelSummary(
        view.channel(), access, view.membership().isPresent(), unread, lastRead);
  }

  /**
   * Makes a channel; a user who does so becomes its owner. It counts as a message for the rate.
   *
   * @param settings not archived
   * @throws RealtimeException with {@code CONFLICT} when the name is taken, {@code FORBIDDEN} for a
   *     name or kind that only the system uses, {@code MALFORMED}, {@code TOO_LARGE} or {@code
   *     RATE_LIMITED}
   */
  @Transactional
  public ChannelSummary create(
      Identity by, ChannelName name, ChannelKind kind, ChannelSettings settings) {
    if (name.isReserved() || isSystemKind(kind)) {
      throw Access.forbidden();
    }
    if (name.value().equals(".") || name.value().equals("..")) {
      // HTTP clients resolve these in a path before they send it: nobody could ever name it there.
      throw new RealtimeException(ErrorCode.MALFORMED, "channelId");
    }
    rateLimiter.take(by);
    Channel fresh =
        new Channel(
            keyOf(by, name),
            kind,
            settings.visibility(),
            settings.title(),
            settings.policy(),
            clock.millis());
    fresh.describe(settings.topic());
    Channel channel = channels.create(fresh);
    // Somebody may remember that there was none; a second later nobody does, without being told.
    afterCommit.run(() -> bus.announce(RightsChange.ofChannel(by.organization(), name)));
    boolean person = by.kind() == Identity.Kind.USER;
    if (person) {
      members.add(channel, by.userId(), Role.OWNER);
    }
    audit.channel(by, "channel.create", name, NOTHING, ChannelSettings.of(channel).toJson());
    Optional<Membership> membership =
        person ? members.find(channel, by.userId()) : Optional.empty();
    Access access = Access.of(by, channel, membership, clock.millis());
    return new ChannelSummary(channel, access, person, 0, 0);
  }

  private static boolean isSystemKind(ChannelKind kind) {
    return kind == ChannelKind.INBOX || kind == ChannelKind.ANNOUNCEMENTS;
  }

  /**
   * Changes what may be changed of a channel.
   *
   * @param change from the present settings to the new ones; runs while the channel is locked
   * @throws RealtimeException with {@code FORBIDDEN}, {@code MALFORMED} or {@code TOO_LARGE}
   */
  @Transactional
  public void change(Identity by, ChannelName name, UnaryOperator<ChannelSettings> change) {
    Channel channel = channels.lock(keyOf(by, name)).orElseThrow(Access::forbidden);
    Optional<Membership> membership = members.find(channel, by.userId());
    Access.of(by, channel, membership, clock.millis()).checkManage();
    ChannelSettings before = ChannelSettings.of(channel);
    ChannelSettings after = change.apply(before);
    if (!after.equals(before)) {
      after.applyTo(channel);
      audit.channel(by, actionOf(before, after), name, before.toJson(), after.toJson());
      if (after.changesRightsOf(before)) {
        rights.announce(RightsChange.ofChannel(by.organization(), name));
      }
    }
  }

  private static String actionOf(ChannelSettings before, ChannelSettings after) {
    if (before.archived() == after.archived()) {
      return "channel.change";
    }
    return after.archived() ? "channel.archive" : "channel.restore";
  }

  /**
   * Ends the use of a channel: from now on it can only be read. Again: changes nothing.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  @Transactional
  public void archive(Identity by, ChannelName name) {
    change(by, name, settings -> settings.withArchived(true));
  }

  private static ChannelKey keyOf(Identity by, ChannelName name) {
    return new ChannelKey(by.organization(), name);
  }
}
