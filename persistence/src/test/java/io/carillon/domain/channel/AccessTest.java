package io.carillon.domain.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import java.time.Instant;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AccessTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final String ORGANIZATION = "acme";
  private static final UserId ME = new UserId("me");
  private static final UserId OTHER = new UserId("other");

  // ---- the table of roles

  /**
   * Letters say what is allowed: r read, p publish, o edit and delete own messages, x those of
   * others, g manage members, m manage the channel, v know of the channel. {@code none} is nobody's
   * membership.
   */
  @ParameterizedTest
  @CsvSource({
    // kind, visibility, membership, organization role, publish policy, allowed
    "CHAT, PUBLIC, none, MEMBER, EVERYONE, rpov",
    "CHAT, PUBLIC, none, MEMBER, MEMBERS, rv",
    "CHAT, PUBLIC, none, MEMBER, MODERATORS, rv",
    "CHAT, PUBLIC, none, ADMIN, EVERYONE, rpogmv",
    "CHAT, PUBLIC, none, ADMIN, MEMBERS, rgmv",
    "CHAT, PUBLIC, none, OWNER, MODERATORS, rgmv",
    "CHAT, PUBLIC, READER, MEMBER, EVERYONE, rv",
    "CHAT, PUBLIC, WRITER, MEMBER, EVERYONE, rpov",
    "CHAT, PUBLIC, WRITER, MEMBER, MEMBERS, rpov",
    "CHAT, PUBLIC, WRITER, MEMBER, MODERATORS, rv",
    "CHAT, PUBLIC, MODERATOR, MEMBER, MODERATORS, rpoxgv",
    "CHAT, PUBLIC, OWNER, MEMBER, MODERATORS, rpoxgmv",
    "CHAT, PRIVATE, none, MEMBER, EVERYONE, -",
    "CHAT, PRIVATE, none, ADMIN, EVERYONE, gmv",
    "CHAT, PRIVATE, none, OWNER, EVERYONE, gmv",
    "CHAT, PRIVATE, READER, MEMBER, EVERYONE, rv",
    "CHAT, PRIVATE, READER, ADMIN, EVERYONE, rgmv",
    "CHAT, PRIVATE, WRITER, MEMBER, EVERYONE, rpov",
    "CHAT, PRIVATE, WRITER, MEMBER, MEMBERS, rpov",
    "CHAT, PRIVATE, WRITER, MEMBER, MODERATORS, rv",
    "CHAT, PRIVATE, MODERATOR, MEMBER, EVERYONE, rpoxgv",
    "CHAT, PRIVATE, OWNER, MEMBER, MEMBERS, rpoxgmv",
    "LIST, PUBLIC, none, MEMBER, EVERYONE, rpoxv",
    "LIST, PUBLIC, none, MEMBER, MEMBERS, rv",
    "LIST, PUBLIC, READER, MEMBER, EVERYONE, rv",
    "LIST, PRIVATE, none, MEMBER, EVERYONE, -",
    "LIST, PRIVATE, WRITER, MEMBER, MEMBERS, rpoxv",
    "LIST, PRIVATE, WRITER, MEMBER, MODERATORS, rv",
    "LIST, PRIVATE, MODERATOR, MEMBER, MODERATORS, rpoxgv",
    "EPHEMERAL, PUBLIC, none, MEMBER, EVERYONE, rpov",
    "EPHEMERAL, PRIVATE, none, MEMBER, EVERYONE, -",
    "EPHEMERAL, PRIVATE, WRITER, MEMBER, EVERYONE, rpov",
  })
  void followsTheTableOfRoles(
      ChannelKind kind,
      Visibility visibility,
      String membership,
      OrganizationRole role,
      PublishPolicy publish,
      String allowed) {
    ChannelRules channel =
        channel("general", kind, visibility, ChannelPolicy.DEFAULT.withPublish(publish), false);
    Optional<MemberRights> rights =
        membership.equals("none")
            ? Optional.empty()
            : Optional.of(new MemberRights(Role.valueOf(membership), 0));
    assertThat(lettersOf(Access.of(user(role), channel, rights, NOW))).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "CHAT, PUBLIC, EVERYONE, rpogmv",
    "CHAT, PRIVATE, EVERYONE, rpogmv",
    "CHAT, PRIVATE, MEMBERS, rpogmv",
    "CHAT, PRIVATE, MODERATORS, rgmv",
    "LIST, PRIVATE, EVERYONE, rpoxgmv",
    "EPHEMERAL, PRIVATE, EVERYONE, rpogmv",
  })
  void countsAnApiKeyAsAWriterWhoManages(
      ChannelKind kind, Visibility visibility, PublishPolicy publish, String allowed) {
    ChannelRules channel =
        channel("general", kind, visibility, ChannelPolicy.DEFAULT.withPublish(publish), false);
    assertThat(lettersOf(Access.of(apiKey(), channel, Optional.empty(), NOW))).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "user:me, MEMBER, rv", // my own inbox
    "user:other, MEMBER, -",
    "user:other, ADMIN, po",
    "user:me, ADMIN, rpov",
    "user:other, OWNER, po",
  })
  void keepsAnInboxForItsUser(String name, OrganizationRole role, String allowed) {
    Access access = Access.of(user(role), inbox(name), Optional.empty(), NOW);
    assertThat(lettersOf(access)).isEqualTo(allowed);
    assertRefusal(access::checkMark, name.equals("user:me") ? null : ErrorCode.FORBIDDEN);
  }

  @Test
  void letsAnApiKeyWriteToEveryInboxAndReadNone() {
    Access access = Access.of(apiKey(), inbox("user:me"), Optional.empty(), NOW);
    assertThat(lettersOf(access)).isEqualTo("po");
    assertRefusal(access::checkMark, ErrorCode.FORBIDDEN);
    assertRefusal(access::checkInside, null);
  }

  @Test
  void doesNotTakeAProgramForTheUserWhoseIdItHas() {
    Identity program = identity("me", ORGANIZATION, OrganizationRole.ADMIN, Identity.Kind.API_KEY);
    Access access = Access.of(program, inbox("user:me"), Optional.empty(), NOW);
    assertThat(access.mayRead()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"MEMBER, rv", "ADMIN, rpov", "OWNER, rpov"})
  void letsEverybodyReadAnnouncementsAndAdminsWriteThem(OrganizationRole role, String allowed) {
    Access access = Access.of(user(role), announcements(), Optional.empty(), NOW);
    assertThat(lettersOf(access)).isEqualTo(allowed);
    assertRefusal(access::checkMark, ErrorCode.FORBIDDEN);
    assertRefusal(access::checkTyping, ErrorCode.FORBIDDEN);
  }

  @Test
  void ignoresMembershipsOfSystemChannels() {
    Optional<MemberRights> owner = Optional.of(new MemberRights(Role.OWNER, 0));
    assertThat(lettersOf(Access.of(user(OrganizationRole.MEMBER), inbox("user:other"), owner, NOW)))
        .isEqualTo("-");
    assertThat(lettersOf(Access.of(user(OrganizationRole.MEMBER), announcements(), owner, NOW)))
        .isEqualTo("rv");
  }

  @ParameterizedTest
  @EnumSource(ChannelKind.class)
  void crossesNoOrganization(ChannelKind kind) {
    ChannelRules channel =
        new ChannelRules(
            new ChannelKey("other-org", nameFor(kind)),
            kind,
            Visibility.PUBLIC,
            false,
            ChannelPolicy.DEFAULT);
    Optional<MemberRights> owner = Optional.of(new MemberRights(Role.OWNER, 0));
    for (Identity who : new Identity[] {user(OrganizationRole.OWNER), apiKey()}) {
      Access access = Access.of(who, channel, owner, NOW);
      assertThat(lettersOf(access)).isEqualTo("-");
      assertThat(access.role()).isEmpty();
      assertRefusal(access::checkMark, ErrorCode.FORBIDDEN);
      assertRefusal(access::checkInside, ErrorCode.FORBIDDEN);
      assertRefusal(access::checkJoin, ErrorCode.FORBIDDEN);
    }
  }

  // ---- mute and archive

  @Test
  void refusesWritesOfTheMutedUntilTheMuteEnds() {
    Access muted = member(Role.WRITER, NOW + 1);
    assertThat(lettersOf(muted)).isEqualTo("rv");
    assertRefusal(muted::checkPublish, ErrorCode.FORBIDDEN);
    assertRefusal(muted::checkTyping, ErrorCode.FORBIDDEN);
    assertRefusal(() -> muted.checkEdit("me"), ErrorCode.FORBIDDEN);
    assertRefusal(() -> muted.checkDelete("me"), ErrorCode.FORBIDDEN);
    assertThat(lettersOf(member(Role.WRITER, NOW))).isEqualTo("rpov");
  }

  @Test
  void leavesAMutedModeratorTheRightToTakeAway() {
    Access muted = member(Role.MODERATOR, NOW + 1);
    assertRefusal(() -> muted.checkEdit("other"), ErrorCode.FORBIDDEN);
    assertRefusal(() -> muted.checkDelete("other"), null);
    assertRefusal(muted::checkPublish, ErrorCode.FORBIDDEN);
  }

  @Test
  void makesAnArchivedChannelReadOnly() {
    ChannelRules archived =
        channel("general", ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT, true);
    Access owner =
        Access.of(
            user(OrganizationRole.MEMBER),
            archived,
            Optional.of(new MemberRights(Role.OWNER, 0)),
            NOW);
    assertThat(owner.mayRead()).isTrue();
    assertThat(owner.mayPublish()).isFalse();
    assertThat(owner.mayManage()).isTrue();
    assertRefusal(owner::checkPublish, ErrorCode.ARCHIVED);
    assertRefusal(owner::checkTyping, ErrorCode.ARCHIVED);
    assertRefusal(() -> owner.checkEdit("me"), ErrorCode.ARCHIVED);
    assertRefusal(() -> owner.checkDelete("me"), ErrorCode.ARCHIVED);
  }

  @Test
  void tellsAStrangerNothingAboutAnArchive() {
    ChannelRules archived =
        channel("board", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT, true);
    Access stranger = Access.of(user(OrganizationRole.MEMBER), archived, Optional.empty(), NOW);
    assertRefusal(stranger::checkPublish, ErrorCode.FORBIDDEN);
    assertRefusal(() -> stranger.checkEdit("me"), ErrorCode.FORBIDDEN);
  }

  // ---- slow mode

  @ParameterizedTest
  @CsvSource({"none, true", "WRITER, true", "MODERATOR, false", "OWNER, false"})
  void slowsWritersAndNoModerators(String membership, boolean slowed) {
    ChannelRules channel =
        channel(
            "general",
            ChannelKind.CHAT,
            Visibility.PUBLIC,
            ChannelPolicy.DEFAULT.withSlowModeMillis(1_000),
            false);
    Optional<MemberRights> rights =
        membership.equals("none")
            ? Optional.empty()
            : Optional.of(new MemberRights(Role.valueOf(membership), 0));
    assertThat(Access.of(user(OrganizationRole.MEMBER), channel, rights, NOW).isSlowed())
        .isEqualTo(slowed);
    assertThat(member(Role.WRITER, 0).isSlowed()).isFalse();
  }

  // ---- members

  /** Who may give, take and mute which role. */
  @ParameterizedTest
  @CsvSource({
    // actor, organization role, READER, WRITER, MODERATOR, OWNER
    "OWNER, MEMBER, true, true, true, true",
    "MODERATOR, MEMBER, true, true, false, false",
    "WRITER, MEMBER, false, false, false, false",
    "READER, MEMBER, false, false, false, false",
    "none, MEMBER, false, false, false, false",
    "none, ADMIN, true, true, true, true",
    "READER, OWNER, true, true, true, true",
  })
  void ranksMembers(
      String actor,
      OrganizationRole role,
      boolean reader,
      boolean writer,
      boolean moderator,
      boolean owner) {
    ChannelRules channel =
        channel("general", ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT, false);
    Optional<MemberRights> rights =
        actor.equals("none")
            ? Optional.empty()
            : Optional.of(new MemberRights(Role.valueOf(actor), 0));
    Access access = Access.of(user(role), channel, rights, NOW);
    boolean[] allowed = {reader, writer, moderator, owner};
    for (Role other : Role.values()) {
      ErrorCode expected = allowed[other.ordinal()] ? null : ErrorCode.FORBIDDEN;
      assertRefusal(() -> access.checkAdd(other), expected);
      assertRefusal(() -> access.checkRemove(OTHER, other, 2), expected);
      assertRefusal(() -> access.checkMute(other), expected);
      for (Role given : Role.values()) {
        boolean both = allowed[other.ordinal()] && allowed[given.ordinal()];
        assertRefusal(
            () -> access.checkChangeRole(OTHER, other, given, 2),
            both ? null : ErrorCode.FORBIDDEN);
      }
    }
  }

  @Test
  void letsEveryMemberLeaveExceptTheLastOwner() {
    for (Role role : Role.values()) {
      Access access = member(role, 0);
      assertRefusal(() -> access.checkRemove(ME, role, 2), null);
    }
    Access owner = member(Role.OWNER, 0);
    assertRefusal(() -> owner.checkRemove(ME, Role.OWNER, 1), ErrorCode.CONFLICT);
    assertRefusal(() -> owner.checkChangeRole(ME, Role.OWNER, Role.WRITER, 1), ErrorCode.CONFLICT);
    assertRefusal(() -> owner.checkChangeRole(ME, Role.OWNER, Role.OWNER, 1), null);
  }

  @Test
  void letsAnAdminLeaveAsTheLastOwner() {
    ChannelRules channel =
        channel("general", ChannelKind.CHAT, Visibility.PRIVATE, ChannelPolicy.DEFAULT, false);
    Access admin =
        Access.of(
            user(OrganizationRole.ADMIN),
            channel,
            Optional.of(new MemberRights(Role.OWNER, 0)),
            NOW);
    assertRefusal(() -> admin.checkRemove(ME, Role.OWNER, 1), null);
  }

  @Test
  void letsUsersJoinPublicChannelsOnly() {
    assertRefusal(stranger(ChannelKind.CHAT, Visibility.PUBLIC)::checkJoin, null);
    assertRefusal(stranger(ChannelKind.CHAT, Visibility.PRIVATE)::checkJoin, ErrorCode.FORBIDDEN);
    Access inbox = Access.of(user(OrganizationRole.ADMIN), inbox("user:me"), Optional.empty(), NOW);
    assertRefusal(inbox::checkJoin, ErrorCode.FORBIDDEN);
    assertRefusal(() -> inbox.checkAdd(Role.READER), ErrorCode.FORBIDDEN);
    Access program =
        Access.of(
            apiKey(),
            channel("general", ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT, false),
            Optional.empty(),
            NOW);
    assertRefusal(program::checkJoin, ErrorCode.FORBIDDEN);
  }

  // ---- helpers

  private static String lettersOf(Access access) {
    StringBuilder letters = new StringBuilder();
    add(letters, 'r', access.mayRead(), access::checkRead);
    add(letters, 'p', access.mayPublish(), access::checkPublish);
    boolean own = isAllowed(() -> access.checkEdit("me"));
    add(letters, 'o', own, () -> access.checkDelete("me"));
    boolean others = isAllowed(() -> access.checkEdit("other"));
    add(letters, 'x', others, () -> access.checkDelete("other"));
    boolean members = isAllowed(() -> access.checkAdd(Role.READER));
    assertThat(access.mayManageMembers()).isEqualTo(members);
    add(letters, 'g', members, () -> access.checkMute(Role.READER));
    add(letters, 'm', access.mayManage(), access::checkManage);
    add(letters, 'v', access.isVisible(), access::checkVisible);
    return letters.length() == 0 ? "-" : letters.toString();
  }

  /** An answer and its check must agree. */
  private static void add(
      StringBuilder letters, char letter, boolean allowed, ThrowingCallable check) {
    assertRefusal(check, allowed ? null : ErrorCode.FORBIDDEN);
    if (allowed) {
      letters.append(letter);
    }
  }

  private static boolean isAllowed(Runnable check) {
    try {
      check.run();
      return true;
    } catch (RealtimeException e) {
      return false;
    }
  }

  private static void assertRefusal(ThrowingCallable check, ErrorCode expected) {
    if (expected == null) {
      assertThatCode(check).doesNotThrowAnyException();
    } else {
      assertThatCode(check)
          .isInstanceOfSatisfying(
              RealtimeException.class, e -> assertThat(e.code()).isEqualTo(expected));
    }
  }

  private static Access member(Role role, long mutedUntilMillis) {
    return Access.of(
        user(OrganizationRole.MEMBER),
        channel("general", ChannelKind.CHAT, Visibility.PUBLIC, ChannelPolicy.DEFAULT, false),
        Optional.of(new MemberRights(role, mutedUntilMillis)),
        NOW);
  }

  private static Access stranger(ChannelKind kind, Visibility visibility) {
    return Access.of(
        user(OrganizationRole.MEMBER),
        channel("general", kind, visibility, ChannelPolicy.DEFAULT, false),
        Optional.empty(),
        NOW);
  }

  private static ChannelRules channel(
      String name,
      ChannelKind kind,
      Visibility visibility,
      ChannelPolicy policy,
      boolean archived) {
    ChannelKey key = new ChannelKey(ORGANIZATION, new ChannelName(name));
    return new ChannelRules(key, kind, visibility, archived, policy);
  }

  private static ChannelRules inbox(String name) {
    return channel(name, ChannelKind.INBOX, Visibility.PRIVATE, ChannelPolicy.DEFAULT, false);
  }

  private static ChannelRules announcements() {
    return channel(
        "org:" + ORGANIZATION,
        ChannelKind.ANNOUNCEMENTS,
        Visibility.PRIVATE,
        ChannelPolicy.DEFAULT,
        false);
  }

  private static ChannelName nameFor(ChannelKind kind) {
    return switch (kind) {
      case INBOX -> ChannelName.inboxOf(ME);
      case ANNOUNCEMENTS -> ChannelName.announcementsOf("other-org");
      case CHAT, LIST, EPHEMERAL -> new ChannelName("general");
    };
  }

  private static Identity user(OrganizationRole role) {
    return identity("me", ORGANIZATION, role, Identity.Kind.USER);
  }

  private static Identity apiKey() {
    return identity("me", ORGANIZATION, OrganizationRole.MEMBER, Identity.Kind.API_KEY);
  }

  private static Identity identity(
      String id, String organization, OrganizationRole role, Identity.Kind kind) {
    return new Identity(organization, new UserId(id), id, "", role, "", Instant.MAX, kind);
  }
}
