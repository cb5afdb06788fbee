package io.carillon.domain.channel;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import java.util.Optional;

/**
 * What somebody may do in a channel at a moment. The one place with the rules: services ask it
 * before they answer, and the log asks it again inside the transaction of every append. Immutable.
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

  private Access(
      Identity who,
      ChannelRules channel,
      Role role,
      boolean member,
      boolean muted,
      boolean reader,
      boolean writer) {
    this.who = who;
    this.channel = channel;
    this.role = role;
    this.member = member;
    this.muted = muted;
    this.reader = reader;
    this.writer = writer;
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
    if (!who.organization().equals(channel.key().organization())) {
      return new Access(who, channel, null, false, false, false, false);
    }
    return switch (channel.kind()) {
      case INBOX -> ofInbox(who, channel);
      case ANNOUNCEMENTS -> ofAnnouncements(who, channel);
      case CHAT, LIST, EPHEMERAL -> ofChannel(who, channel, membership, nowMillis);
    };
  }

  private static Access ofInbox(Identity who, ChannelRules inbox) {
    boolean own = isUser(who) && inbox.key().name().equals(ChannelName.inboxOf(who.userId()));
    Role role = own ? Role.READER : null;
    return new Access(who, inbox, role, false, false, own, isAdmin(who));
  }

  private static Access ofAnnouncements(Identity who, ChannelRules announcements) {
    Role role = isAdmin(who) ? Role.WRITER : Role.READER;
    return new Access(who, announcements, role, false, false, true, isAdmin(who));
  }

  private static Access ofChannel(
      Identity who, ChannelRules channel, Optional<MemberRights> membership, long nowMillis) {
    if (isServer(who)) {
      return new Access(who, channel, Role.OWNER, true, false, true, true);
    }
    boolean member = membership.isPresent() || isProgram(who);
    boolean implicit = isProgram(who) || channel.visibility() == Visibility.PUBLIC;
    Role role = membership.map(MemberRights::role).orElse(implicit ? Role.WRITER : null);
    boolean muted = membership.isPresent() && membership.get().isMutedAt(nowMillis);
    boolean writer = role != null && mayPublish(channel.policy().publish(), role, member);
    return new Access(who, channel, role, member, muted, role != null, writer);
  }

  private static boolean mayPublish(PublishPolicy policy, Role role, boolean member) {
    return switch (policy) {
      case EVERYONE -> role.mayPublish();
      case MEMBERS -> member && role.mayPublish();
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
    return !isSystemChannel() && role != null && role.mayModerate();
  }

  /** Whether the caller may change the channel itself and any of its members. */
  public boolean mayManage() {
    if (isOfOtherOrganization() || isSystemChannel()) {
      return false;
    }
    return role == Role.OWNER || isAdmin(who);
  }

  /** Whether the caller may add, remove and mute some members. */
  public boolean mayManageMembers() {
    return mayModerate() || mayManage();
  }

  /** Whether the caller may know that the channel exists: see its metadata and members. */
  public boolean isVisible() {
    return reader || mayManage();
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
    require(reader);
  }

  /**
   * For metadata and the list of members.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkVisible() {
    require(isVisible());
  }

  /**
   * That the caller has to do with the messages here at all, as reader or as writer; an admin who
   * sends to an inbox does not read it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkInside() {
    require(reader || writer);
  }

  /**
   * For new messages; also for pub/sub without a log.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkPublish() {
    require(writer && !muted);
    checkInUse();
  }

  /**
   * For typing and other signals of people.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkTyping() {
    require(reader && !isSystemChannel());
    checkPublish();
  }

  /**
   * Own messages while publishing is allowed, moderators any; in a list every publisher any item.
   *
   * @param author who wrote the message
   * @throws RealtimeException with {@code FORBIDDEN}, also while muted, or {@code ARCHIVED}
   */
  public void checkEdit(String author) {
    require(!muted && mayChange(author));
    checkInUse();
  }

  /**
   * As for editing, but a muted moderator can still take away what others wrote.
   *
   * @param author who wrote the message
   * @throws RealtimeException with {@code FORBIDDEN} or {@code ARCHIVED}
   */
  public void checkDelete(String author) {
    require(mayModerate() || (!muted && mayChange(author)));
    checkInUse();
  }

  private boolean mayChange(String author) {
    boolean entitledHere =
        channel.kind() == ChannelKind.LIST || who.userId().value().equals(author);
    return mayModerate() || (writer && entitledHere);
  }

  /**
   * For the state of an inbox's entries: only the inbox's user.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkMark() {
    require(reader && channel.kind() == ChannelKind.INBOX);
  }

  // ---- checks of the channel and its members

  /**
   * For changing or archiving the channel.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkManage() {
    require(mayManage());
  }

  /**
   * For making oneself a member of a public channel, as {@link Role#WRITER}.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkJoin() {
    require(
        reader
            && !isSystemChannel()
            && isUser(who)
            && (member || channel.visibility() == Visibility.PUBLIC));
  }

  /**
   * For adding somebody with a role.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkAdd(Role given) {
    require(mayGiveOrTake(given));
  }

  /**
   * For changing another member's role, or one's own.
   *
   * @param owners members with role {@link Role#OWNER} at the moment
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code CONFLICT} when it would take the
   *     last owner away
   */
  public void checkChangeRole(UserId user, Role present, Role given, long owners) {
    require(mayGiveOrTake(present) && mayGiveOrTake(given));
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
    require((isMyself(user) && reader && !isSystemChannel()) || mayGiveOrTake(present));
    checkOwnerStays(user, present, owners);
  }

  /**
   * For muting a member, or ending that.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public void checkMute(Role present) {
    require(mayGiveOrTake(present));
  }

  /** Managers any role, moderators those below their own. */
  private boolean mayGiveOrTake(Role other) {
    return mayManage() || (mayModerate() && !other.isAtLeast(role));
  }

  /**
   * Nobody leaves a channel without an owner behind; organization admins can do it, and mend it.
   */
  private void checkOwnerStays(UserId user, Role present, long owners) {
    if (isMyself(user) && present == Role.OWNER && owners <= 1 && !isAdmin(who)) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the last owner cannot leave");
    }
  }

  private boolean isMyself(UserId user) {
    return isUser(who) && who.userId().equals(user);
  }

  private void checkInUse() {
    if (channel.archived()) {
      throw new RealtimeException(ErrorCode.ARCHIVED, "channel");
    }
  }

  private static void require(boolean allowed) {
    if (!allowed) {
      throw forbidden();
    }
  }

  /** The refusal for what is not allowed and for what does not exist: the two look alike. */
  public static RealtimeException forbidden() {
    return new RealtimeException(ErrorCode.FORBIDDEN, "channel");
  }
}
