package io.carillon.domain.channel;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import java.util.Optional;

/**
 * What somebody may do in a channel at a moment. The one place with the rules: services ask it
 * before they answer, and the log asks it again inside the transaction of every append; somebody
 * who asks why gets the {@link AccessTrace} of the very same checks. Immutable.
 *
 * <p>Whoever may not even know of a channel gets {@code FORBIDDEN}, as for one that does not exist.
 */
public final class Access {
  private final Identity who;
  private final ChannelRules channel;
  private final Role role; // null for none
  private final boolean member; // the role is stored, or is an API key's
  private final boolean muted;
  private final boolean reader;
  private final boolean writer; // entitled to write, were it not for mute or archive
  private final AccessTrace trace;

  private Access(
      Identity who,
      ChannelRules channel,
      Role role,
      boolean member,
      boolean muted,
      boolean reader,
      boolean writer,
      AccessTrace trace) {
    this.who = who;
    this.channel = channel;
    this.role = role;
    this.member = member;
    this.muted = muted;
    this.reader = reader;
    this.writer = writer;
    this.trace = trace;
  }

  /**
   * @param membership of the identity's user in that channel; programs with an API key have none
   * @param nowMillis decides whether a mute is over
   */
  public static Access of(
      Identity who, Channel channel, Optional<Membership> membership, long nowMillis) {
    return of(who, channel.rules(), membership.map(Membership::rights), nowMillis);
  }

  /** The same from plain values. */
  public static Access of(
      Identity who, ChannelRules channel, Optional<MemberRights> membership, long nowMillis) {
    return of(who, channel, membership, nowMillis, AccessTrace.NONE);
  }

  /**
   * The same, which writes down how it comes to what it says.
   *
   * @param trace for this call and for all that the result is asked
   */
  public static Access of(
      Identity who,
      ChannelRules channel,
      Optional<MemberRights> membership,
      long nowMillis,
      AccessTrace trace) {
    boolean here = who.organization().equals(channel.key().organization());
    if (!trace.is(AccessRule.SAME_ORGANIZATION, here)) {
      return none(who, channel, trace);
    }
    return switch (channel.kind()) {
      case INBOX -> ofInbox(who, channel, trace);
      case ANNOUNCEMENTS -> ofAnnouncements(who, channel, trace);
      case CHAT, LIST, EPHEMERAL -> ofChannel(who, channel, membership, nowMillis, trace);
    };
  }

  private static Access none(Identity who, ChannelRules channel, AccessTrace trace) {
    return new Access(who, channel, null, false, false, false, false, trace);
  }

  private static Access ofInbox(Identity who, ChannelRules inbox, AccessTrace trace) {
    boolean own =
        trace.is(
            AccessRule.OWN_INBOX,
            isUser(who) && inbox.key().name().equals(ChannelName.inboxOf(who.userId())));
    Role role = own ? Role.READER : null;
    boolean admin = trace.is(AccessRule.ORGANIZATION_ADMIN, isAdmin(who));
    return new Access(who, inbox, role, false, false, own, admin, trace);
  }

  private static Access ofAnnouncements(
      Identity who, ChannelRules announcements, AccessTrace trace) {
    boolean admin = trace.is(AccessRule.ORGANIZATION_ADMIN, isAdmin(who));
    Role role = admin ? Role.WRITER : Role.READER;
    return new Access(who, announcements, role, false, false, true, admin, trace);
  }

  private static Access ofChannel(
      Identity who,
      ChannelRules channel,
      Optional<MemberRights> membership,
      long nowMillis,
      AccessTrace trace) {
    if (isServer(who)) {
      return new Access(who, channel, Role.OWNER, true, false, true, true, trace);
    }
    boolean banned = membership.isPresent() && membership.get().banned();
    if (!trace.is(AccessRule.NOT_BANNED, !banned)) {
      return none(who, channel, trace);
    }
    boolean member = trace.is(AccessRule.MEMBER, membership.isPresent() || isProgram(who));
    boolean implicit =
        isProgram(who)
            || trace.is(AccessRule.CHANNEL_PUBLIC, channel.visibility() == Visibility.PUBLIC);
    Role role = membership.map(MemberRights::role).orElse(implicit ? Role.WRITER : null);
    boolean muted = membership.isPresent() && membership.get().isMutedAt(nowMillis);
    boolean writer =
        trace.is(AccessRule.HAS_ROLE, role != null)
            && trace.is(AccessRule.ROLE_PUBLISHES, role.mayPublish())
            && trace.is(
                AccessRule.POLICY_ALLOWS, isCovered(channel.policy().publish(), role, member));
    return new Access(who, channel, role, member, muted, role != null, writer, trace);
  }

  private static boolean isCovered(PublishPolicy policy, Role role, boolean member) {
    return switch (policy) {
      case EVERYONE -> true;
      case MEMBERS -> member;
      case MODERATORS -> member && role.mayModerate();
    };
  }

  private static boolean isProgram(Identity who) {
    return who.kind() == Identity.Kind.API_KEY;
  }

  private static boolean isServer(Identity who) {
    return who.kind() == Identity.Kind.SERVER;
  }

  private static boolean isUser(Identity who) {
    return who.kind() == Identity.Kind.USER;
  }

  /** All but users count as organization admins, whatever role their identity carries. */
  private static boolean isAdmin(Identity who) {
    return who.isAdmin() || !isUser(who);
  }

  private boolean isSystemChannel() {
    return channel.kind() == ChannelKind.INBOX || channel.kind() == ChannelKind.ANNOUNCEMENTS;
  }

  private boolean isOfOtherOrganization() {
    return !who.organization().equals(channel.key().organization());
  }

  /** Whose access it is. */
  UserId userId() {
    return who.userId();
  }

  // ---- answers

  /** Whether the caller may read messages and listen. */
  public boolean mayRead() {
    return reader;
  }

  /** The role in effect: the stored one, or the implicit one of a public channel. */
  public Optional<Role> role() {
    return Optional.ofNullable(role);
  }

  /** Whether the caller may publish right now. */
  public boolean mayPublish() {
    return writer && !muted && !channel.archived();
  }

  /** Whether the caller may change what others wrote. */
  public boolean mayModerate() {
    return trace.is(
        AccessRule.CHANNEL_MODERATOR, !isSystemChannel() && role != null && role.mayModerate());
  }

  /** Whether the caller may change the channel itself and any of its members. */
  public boolean mayManage() {
    boolean manager = role == Role.OWNER || isAdmin(who) || who.has(AdminRight.CHANNELS_MANAGE);
    return trace.is(AccessRule.CHANNEL_MANAGER, isOrdinaryHere() && manager);
  }

  /** Whether the caller keeps order in all channels: may mute and remove those below moderator. */
  private boolean moderatesOrganization() {
    return trace.is(
        AccessRule.ORGANIZATION_MODERATOR,
        isOrdinaryHere() && who.has(AdminRight.MEMBERS_MODERATE));
  }

  private boolean isOrdinaryHere() {
    return !isOfOtherOrganization() && !isSystemChannel();
  }

  /** Whether the caller may remove and mute some members. */
  public boolean mayManageMembers() {
    return mayModerate() || mayManage() || moderatesOrganization();
  }

  /** Whether the caller may add somebody with a role, and give that role to a member. */
  public boolean mayGive(Role given) {
    return mayManage() || (mayModerate() && isBelowOwn(given));
  }

  /** Whether the caller may know that the channel exists: see its metadata and members. */
  public boolean isVisible() {
    return trace.is(AccessRule.READS, reader) || mayManage() || moderatesOrganization();
  }

  /** Whether slow mode holds for the caller; moderators are exempt. */
  public boolean isSlowed() {
    return channel.policy().slowModeMillis() > 0 && !mayModerate();
  }

  // ---- checks of messages

  /**
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkRead() {
    require(AccessRule.READS, reader);
  }

  /**
   * For metadata and the list of members.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkVisible() {
    require(AccessRule.VISIBLE, isVisible());
  }

  /**
   * That the caller has to do with the messages here at all, as reader or as writer; an admin who
   * sends to an inbox does not read it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkInside() {
    require(AccessRule.INSIDE, reader || writer);
  }

  /**
   * For new messages; also for pub/sub without a log.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkPublish() {
    require(AccessRule.WRITES, writer);
    require(AccessRule.NOT_MUTED, !muted);
    checkInUse();
  }

  /**
   * For typing and other signals of people.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkTyping() {
    require(AccessRule.READS, reader);
    require(AccessRule.NO_SYSTEM_CHANNEL, !isSystemChannel());
    checkPublish();
  }

  /**
   * Own messages while publishing is allowed, moderators any; in a list every publisher any item.
   *
   * @param author who wrote the message
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkEdit(String author) {
    require(AccessRule.NOT_MUTED, !muted);
    requireChangeOf(author);
    checkInUse();
  }

  /**
   * As for editing, but a muted moderator can still take away what others wrote.
   *
   * @param author who wrote the message
   * @throws RealtimeException with {@code FORBIDDEN} or {@code ARCHIVED}
   */
  public void checkDelete(String author) {
    if (!mayModerate()) {
      require(AccessRule.NOT_MUTED, !muted);
      requireChangeOf(author);
    }
    checkInUse();
  }

  private void requireChangeOf(String author) {
    if (mayModerate()) {
      return;
    }
    require(AccessRule.WRITES, writer);
    require(
        AccessRule.AUTHOR_OR_LIST,
        channel.kind() == ChannelKind.LIST || who.userId().value().equals(author));
  }

  /**
   * For the state of an inbox's entries: only the inbox's user.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkMark() {
    require(AccessRule.READS, reader);
    require(AccessRule.INBOX, channel.kind() == ChannelKind.INBOX);
  }

  // ---- checks of the channel and its members

  /**
   * For changing or archiving the channel.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkManage() {
    require(AccessRule.CHANNEL_MANAGER, mayManage());
  }

  /**
   * For making oneself a member of a public channel, as {@link Role#WRITER}.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkJoin() {
    require(AccessRule.READS, reader);
    require(AccessRule.NO_SYSTEM_CHANNEL, !isSystemChannel());
    require(AccessRule.A_PERSON, isUser(who));
    require(AccessRule.MAY_JOIN, member || channel.visibility() == Visibility.PUBLIC);
  }

  /**
   * For adding somebody with a role.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkAdd(Role given) {
    requireGive(given);
  }

  /**
   * For changing another member's role, or one's own.
   *
   * @param owners members with role {@link Role#OWNER} at the moment
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code CONFLICT} when it would take the
   *     last owner away
   */
  public void checkChangeRole(UserId user, Role present, Role given, long owners) {
    requireGive(present);
    requireGive(given);
    if (given != Role.OWNER) {
      checkOwnerStays(user, present, owners);
    }
  }

  /**
   * For removing a member. Every member may remove himself, except the last owner.
   *
   * @param owners members with role {@link Role#OWNER} at the moment
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code CONFLICT} for the last owner
   */
  public void checkRemove(UserId user, Role present, long owners) {
    if (!(isMyself(user) && reader && !isSystemChannel())) {
      requireTake(present);
    }
    checkOwnerStays(user, present, owners);
  }

  /**
   * For muting a member, or ending that.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkMute(Role present) {
    requireTake(present);
  }

  /**
   * For keeping somebody out of the channel, or letting in again.
   *
   * @param present the role of a member; {@link Role#READER} for somebody who is none
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code CONFLICT} for oneself
   */
  public void checkBan(UserId user, Role present) {
    requireTake(present);
    if (isMyself(user)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "oneself");
    }
  }

  /** Managers any role, moderators those below their own. */
  private void requireGive(Role other) {
    if (!mayManage()) {
      require(AccessRule.CHANNEL_MODERATOR, mayModerate());
      require(AccessRule.BELOW_OWN_ROLE, isBelowOwn(other));
    }
  }

  /** As for giving; those who moderate the organization take what is below a moderator, too. */
  private void requireTake(Role other) {
    if (mayManage() || (mayModerate() && isBelowOwn(other))) {
      return;
    }
    require(AccessRule.ORGANIZATION_MODERATOR, moderatesOrganization());
    require(AccessRule.BELOW_OWN_ROLE, !other.isAtLeast(Role.MODERATOR));
  }

  private boolean isBelowOwn(Role other) {
    return role != null && !other.isAtLeast(role);
  }

  /**
   * Nobody leaves a channel without an owner behind; organization admins can do it, and mend it.
   */
  private void checkOwnerStays(UserId user, Role present, long owners) {
    boolean lastOneLeaves = isMyself(user) && present == Role.OWNER && owners <= 1 && !isAdmin(who);
    if (!trace.is(AccessRule.AN_OWNER_STAYS, !lastOneLeaves)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the last owner cannot leave");
    }
  }

  private boolean isMyself(UserId user) {
    return isUser(who) && who.userId().equals(user);
  }

  private void checkInUse() {
    if (!trace.is(AccessRule.NOT_ARCHIVED, !channel.archived())) {
      throw new RealtimeException(ErrorCode.ARCHIVED, "channel");
    }
  }

  private void require(AccessRule rule, boolean allowed) {
    if (!trace.is(rule, allowed)) {
      throw forbidden();
    }
  }

  /** The refusal for what is not allowed and for what does not exist: the two look alike. */
  public static RealtimeException forbidden() {
    return new RealtimeException(ErrorCode.FORBIDDEN, "channel");
  }
}
