package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Ban;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.presence.PresenceService;
import io.carillon.presence.PresenceView;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Who belongs to any channel of an organization, for those who administer it. Changes go through
 * {@link MemberService}, with its rules and its audit. Any thread.
 */
@ApplicationScoped
public class MemberAdministration {
  /** Members of one page at most. */
  public static final int MAX_PAGE = 200;

  private final ChannelCatalog catalog;
  private final ChannelRepository channels;
  private final MembershipRepository memberships;
  private final MemberService service;
  private final PresenceService presence;
  private final AdminRights rights;

  /** A line of the list of members. */
  public record Row(Member member, boolean online) {}

  protected MemberAdministration() { // for the client proxy
    this(null, null, null, null, null, null);
  }

  @Inject
  public MemberAdministration(
      ChannelCatalog catalog,
      ChannelRepository channels,
      MembershipRepository memberships,
      MemberService service,
      PresenceService presence,
      AdminRights rights) {
    this.catalog = catalog;
    this.channels = channels;
    this.memberships = memberships;
    this.service = service;
    this.presence = presence;
    this.rights = rights;
  }

  /**
   * A channel's members in the order of their ids.
   *
   * @param text is in the id or the name; may be empty
   * @param role empty for all
   * @param after the last id of the page before; the empty string for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}, also for a channel that does not exist
   */
  public AdminPage<Row> list(
      Identity by, ChannelName name, String text, Optional<Role> role, String after, int limit) {
    Channel channel = find(by, name);
    List<Member> found = catalog.members(channel, text, role.orElse(null), after, limit + 1);
    AdminPage<Member> page =
        AdminPage.of(
            found,
            limit,
            after.isEmpty(),
            () -> catalog.countMembers(channel, text, role.orElse(null)));
    Set<UserId> online =
        onlineAmong(presence, by, page.items().stream().map(Member::user).toList());
    return page.map(member -> new Row(member, online.contains(member.user())));
  }

  /** Which of these users of the caller's organization are online. */
  static Set<UserId> onlineAmong(PresenceService presence, Identity by, List<UserId> users) {
    Set<UserId> online = new HashSet<>();
    for (PresenceView view : presence.query(by, users)) {
      if (view.online()) {
        online.add(view.userId());
      }
    }
    return online;
  }

  /** As {@link MemberService#add}. */
  public Role add(Identity by, ChannelName name, UserId user, Role role) {
    rights.require(by, AdminRight.CHANNELS_MANAGE);
    return service.add(by, name, user, role);
  }

  /**
   * As {@link MemberService#change}: a mute for those who moderate, a role for those who manage.
   */
  public Membership change(
      Identity by, ChannelName name, UserId user, UnaryOperator<MemberRights> change) {
    rights.require(by, AdminRight.MEMBERS_MODERATE);
    return service.change(by, name, user, change);
  }

  /** As {@link MemberService#remove}. */
  public void remove(Identity by, ChannelName name, UserId user) {
    rights.require(by, AdminRight.MEMBERS_MODERATE);
    service.remove(by, name, user);
  }

  /** Who is kept out of a channel, in the order of their ids; as {@link #list}. */
  public AdminPage<Ban> bans(Identity by, ChannelName name, String after, int limit) {
    Channel channel = find(by, name);
    return AdminPage.of(memberships.bans(channel, after, limit + 1), limit, OptionalLong.empty());
  }

  /** As {@link MemberService#ban}. */
  public void ban(Identity by, ChannelName name, UserId user, String reason) {
    rights.require(by, AdminRight.MEMBERS_MODERATE);
    service.ban(by, name, user, reason);
  }

  /** As {@link MemberService#unban}. */
  public void unban(Identity by, ChannelName name, UserId user) {
    rights.require(by, AdminRight.MEMBERS_MODERATE);
    service.unban(by, name, user);
  }

  private Channel find(Identity by, ChannelName name) {
    rights.require(by, AdminRight.CHANNELS_VIEW);
    return ChannelAdministration.requireListed(
        channels.find(new ChannelKey(by.organization(), name)).orElseThrow(Access::forbidden));
  }
}
