package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelRepository;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.MembershipRepository;
import io.carillon.domain.channel.Role;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import io.carillon.security.RateLimiter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Who belongs to a channel. Each change locks the channel, is audited unless somebody only joins or
 * leaves, and is told to all nodes after its commit. Any thread.
 */
@ApplicationScoped
public class MemberService {
  /** Members of one page at most. */
  public static final int MAX_PAGE = 200;

  private static final JsonObject NOTHING = new JsonObject();

  private final ChannelRepository channels;
  private final MembershipRepository members;
  private final RateLimiter rateLimiter;
  private final Audit audit;
  private final RightsChanges rights;
  private final Clock clock;

  protected MemberService() { // for the client proxy
    this(null, null, null, null, null, null);
  }

  @Inject
  public MemberService(
      ChannelRepository channels,
      MembershipRepository members,
      RateLimiter rateLimiter,
      Audit audit,
      RightsChanges rights,
      Clock clock) {
    this.channels = channels;
    this.members = members;
    this.rateLimiter = rateLimiter;
    this.audit = audit;
    this.rights = rights;
    this.clock = clock;
  }

  /**
   * A channel's members in the order of their ids.
   *
   * @param after the last id of the page before; the empty string for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN} for a channel that the caller may not see
   */
  @Transactional
  public Page<Member> list(Identity by, ChannelName name, String after, int limit) {
    Channel channel = channels.find(keyOf(by, name)).orElseThrow(Access::forbidden);
    accessOf(by, channel).checkVisible();
    return Page.of(members.list(channel, after, limit + 1), limit);
  }

  /**
   * Makes somebody a member. A user may join a public channel so, as {@link Role#WRITER}. It counts
   * as a message for the rate of everybody but the organization's admins.
   *
   * @return the new member's role
   * @throws RealtimeException with {@code FORBIDDEN}, {@code CONFLICT} for one who is a member
   *     already, {@code MALFORMED} for a program that names itself, or {@code RATE_LIMITED}
   */
  @Transactional
  public Role add(Identity by, ChannelName name, UserId user, Role role) {
    if (by.kind() == Identity.Kind.API_KEY && by.userId().equals(user)) {
      // It has its rights without being one. The same for every channel, so it tells of none.
      throw new RealtimeException(ErrorCode.MALFORMED, "a program is nobody to be a member");
    }
    if (!by.isAdmin()) {
      rateLimiter.take(by);
    }
    Channel channel = lock(by, name);
    Access access = accessOf(by, channel);
    boolean joins = isMyself(by, user) && role == Role.WRITER && !access.mayGive(role);
    if (joins) {
      access.checkJoin();
    } else {
      access.checkAdd(role);
    }
    if (!members.add(channel, user, role)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "a member already, or banned");
    }
    if (!joins) {
      MemberRights given = new MemberRights(role, 0);
      audit.member(by, "member.add", name, user.value(), NOTHING, state(given));
    }
    tell(by, channel, user, role, Signal.Type.MEMBER_ADDED);
    return role;
  }

  /**
   * Makes somebody a member who is none yet; a member's role stays as it is.
   *
   * @return whether anything changed
   * @throws RealtimeException as {@link #add}, with {@code CONFLICT} only for one who is banned
   */
  @Transactional
  public boolean ensure(Identity by, ChannelName name, UserId user, Role role) {
    Channel channel = lock(by, name);
    if (members.find(channel, user).filter(present -> !present.isBan()).isPresent()) {
      accessOf(by, channel).checkAdd(role);
      return false;
    }
    add(by, name, user, role);
    return true;
  }

  /**
   * Changes a member's role, or until when the member is muted, or both.
   *
   * @param change from the present rights to the new ones; runs while the channel is locked
   * @return the member as it is now
   * @throws RealtimeException with {@code FORBIDDEN}, {@code NOT_FOUND} for one who is no member,
   *     or {@code CONFLICT} for the last owner
   */
  @Transactional
  public Membership change(
      Identity by, ChannelName name, UserId user, UnaryOperator<MemberRights> change) {
    Channel channel = lock(by, name);
    Access access = accessOf(by, channel);
    Membership present = requireMember(access, channel, user);
    if (!access.mayManageMembers()) {
      throw Access.forbidden();
    }
    MemberRights before = present.rights();
    MemberRights after = change.apply(before);
    if (after.equals(before)) {
      return present;
    }
    if (after.role() != before.role()) {
      access.checkChangeRole(user, before.role(), after.role(), members.countOwners(channel));
      members.changeRole(channel, user, after.role());
    }
    if (after.mutedUntilMillis() != before.mutedUntilMillis()) {
      access.checkMute(before.role());
      members.mute(channel, user, after.mutedUntilMillis());
    }
    audit.member(by, "member.change", name, user.value(), state(before), state(after));
    rights.announce(RightsChange.ofMember(by.organization(), name, user));
    return requireMember(access, channel, user);
  }

  /**
   * Ends a membership; every member may end the own one.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, {@code NOT_FOUND} for one who is no member,
   *     or {@code CONFLICT} for the last owner
   */
  @Transactional
  public void remove(Identity by, ChannelName name, UserId user) {
    Channel channel = lock(by, name);
    Access access = accessOf(by, channel);
    Membership before = requireMember(access, channel, user);
    access.checkRemove(user, before.role(), members.countOwners(channel));
    members.remove(channel, user);
    if (!isMyself(by, user)) {
      audit.member(by, "member.remove", name, user.value(), state(before.rights()), NOTHING);
    }
    tell(by, channel, user, before.role(), Signal.Type.MEMBER_REMOVED);
  }

  /**
   * Keeps somebody out of a channel, a member or not, until {@link #unban}; a member is removed by
   * it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also for inboxes and announcements, or {@code
   *     CONFLICT} for oneself
   */
  @Transactional
  public void ban(Identity by, ChannelName name, UserId user, String reason) {
    Channel channel = lock(by, name);
    Access access = accessOf(by, channel);
    Optional<Membership> before = members.find(channel, user);
    Optional<Membership> member = before.filter(present -> !present.isBan());
    access.checkBan(user, member.map(Membership::role).orElse(Role.READER));
    members.ban(channel, user, by.userId(), reason);
    JsonObject was = member.map(Membership::rights).map(MemberService::state).orElse(NOTHING);
    JsonObject now = new JsonObject().put("banned", true);
    audit.member(by, "member.ban", name, user.value(), was, now);
    if (member.isPresent()) {
      tell(by, channel, user, member.get().role(), Signal.Type.MEMBER_REMOVED);
    } else {
      rights.announce(RightsChange.ofMember(by.organization(), name, user));
    }
  }

  /**
   * Lets somebody in again who was banned; a private channel's member he is not by that.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code NOT_FOUND} for one who is not
   *     banned
   */
  @Transactional
  public void unban(Identity by, ChannelName name, UserId user) {
    Channel channel = lock(by, name);
    accessOf(by, channel).checkBan(user, Role.READER);
    if (!members.unban(channel, user)) {
      throw new RealtimeException(ErrorCode.NOT_FOUND, "ban");
    }
    JsonObject was = new JsonObject().put("banned", true);
    audit.member(by, "member.unban", name, user.value(), was, NOTHING);
    rights.announce(RightsChange.ofMember(by.organization(), name, user));
  }

  private Membership requireMember(Access access, Channel channel, UserId user) {
    access.checkVisible(); // before it shows who is a member
    return members
        .find(channel, user)
        .filter(present -> !present.isBan())
        .orElseThrow(() -> new RealtimeException(ErrorCode.NOT_FOUND, "member"));
  }

  /** The channel as it is until the commit: nobody else changes its members meanwhile. */
  private Channel lock(Identity by, ChannelName name) {
    return channels.lock(keyOf(by, name)).orElseThrow(Access::forbidden);
  }

  private Access accessOf(Identity by, Channel channel) {
    return Access.of(by, channel, members.find(channel, by.userId()), clock.millis());
  }

  private static boolean isMyself(Identity by, UserId user) {
    return by.kind() == Identity.Kind.USER && by.userId().equals(user);
  }

  private static ChannelKey keyOf(Identity by, ChannelName name) {
    return new ChannelKey(by.organization(), name);
  }

  private static JsonObject state(MemberRights rights) {
    return new JsonObject()
        .put("role", rights.role().name())
        .put("mutedUntilMillis", rights.mutedUntilMillis());
  }

  /** Tells the channel who came or went, then every node to ask again what that user may do. */
  private void tell(Identity by, Channel channel, UserId user, Role role, Signal.Type type) {
    ChannelKey key = channel.key();
    JsonObject data =
        new JsonObject()
            .put("channelId", key.name().value())
            .put("userId", user.value())
            .put("role", role.name());
    Signal signal = new Signal(key, type, data.toString(), by.userId().value());
    rights.announce(RightsChange.ofMember(by.organization(), key.name(), user), signal);
  }
}
