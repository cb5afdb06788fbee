package io.carillon.application;

import static io.carillon.application.Callers.ADMIN;
import static io.carillon.application.Callers.ALICE;
import static io.carillon.application.Callers.BOB;
import static io.carillon.application.Callers.CAROL;
import static io.carillon.application.Callers.PROGRAM;
import static io.carillon.application.Callers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.StoredRightsChange;
import io.carillon.domain.user.Identity;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemberServiceTest {
  private static final ChannelName GENERAL = new ChannelName("general");
  private static final ChannelName BOARD = new ChannelName("board");

  private final MemoryMembers members = new MemoryMembers();
  private final MemoryChannels channels = new MemoryChannels(members);
  private final RecordingBus bus = new RecordingBus();
  private final MemoryRightsChanges rights = new MemoryRightsChanges();
  private final RecordingAudit audit = new RecordingAudit();
  private int allowed = Integer.MAX_VALUE;
  private final MemberService service =
      new MemberService(
          channels,
          members,
          sender -> {
            if (allowed-- == 0) {
              throw new RealtimeException(ErrorCode.RATE_LIMITED, "test");
            }
          },
          new Audit(audit, Clock.systemUTC()),
          new RightsChanges(rights, AfterCommit.atOnce(), bus),
          Clock.systemUTC());

  @BeforeEach
  void makeChannels() {
    members.add(channel(GENERAL, Visibility.PUBLIC), ALICE.userId(), Role.OWNER);
    members.add(channel(BOARD, Visibility.PRIVATE), ALICE.userId(), Role.OWNER);
  }

  private Channel channel(ChannelName name, Visibility visibility) {
    return channels.create(
        new Channel(
            new ChannelKey("demo", name),
            ChannelKind.CHAT,
            visibility,
            "",
            ChannelPolicy.DEFAULT,
            0));
  }

  private void add(ChannelName name, Identity user, Role role) {
    members.add(channels.find(new ChannelKey("demo", name)).orElseThrow(), user.userId(), role);
  }

  private MemberRights rightsOf(ChannelName name, Identity user) {
    return members
        .find(channels.find(new ChannelKey("demo", name)).orElseThrow(), user.userId())
        .orElseThrow()
        .rights();
  }

  private void assertWrittenDown(RightsChange change) {
    assertThat(rights.visible.values())
        .extracting(StoredRightsChange::change)
        .containsExactly(change);
  }

  private void nothingHappened() {
    assertThat(bus.told).isEmpty();
    assertThat(rights.visible).isEmpty();
    assertThat(audit.lines).isEmpty();
  }

  @Test
  void tellsTheChannelThenEveryNodeThatSomebodyCame() {
    service.add(ALICE, BOARD, BOB.userId(), Role.READER);
    assertThat(bus.told).hasSize(2);
    Signal signal = (Signal) bus.told.get(0);
    assertThat(signal.type()).isEqualTo(Signal.Type.MEMBER_ADDED);
    assertThat(signal.data())
        .isEqualTo("{\"channelId\":\"board\",\"userId\":\"bob\",\"role\":\"READER\"}");
    assertThat(bus.told.get(1)).isEqualTo(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertWrittenDown(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertThat(audit.lines)
        .containsExactly(
            "alice member.add board/bob ->{\"role\":\"READER\",\"mutedUntilMillis\":0}");
  }

  @Test
  void letsAUserJoinAPublicChannelWithoutALineInTheAudit() {
    service.add(BOB, GENERAL, BOB.userId(), Role.WRITER);
    assertThat(rightsOf(GENERAL, BOB).role()).isEqualTo(Role.WRITER);
    assertThat(audit.lines).isEmpty();
    assertThat(bus.told).hasSize(2);
  }

  @Test
  void writesDownThatAnAdminTookAPlaceInAPrivateChannel() {
    service.add(ADMIN, BOARD, ADMIN.userId(), Role.WRITER);
    assertThat(audit.lines)
        .hasSize(1)
        .first()
        .asString()
        .startsWith("admin member.add board/admin");
  }

  @Test
  void refusesToJoinWithMoreThanAWritersRoleOrWhereItIsClosed() {
    assertRefused(
        ErrorCode.FORBIDDEN, () -> service.add(BOB, GENERAL, BOB.userId(), Role.MODERATOR));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.add(BOB, BOARD, BOB.userId(), Role.WRITER));
    assertRefused(
        ErrorCode.FORBIDDEN, () -> service.add(BOB, GENERAL, CAROL.userId(), Role.READER));
    nothingHappened();
  }

  @Test
  void refusesOneWhoIsAMemberAlready() {
    assertRefused(
        ErrorCode.CONFLICT, () -> service.add(ALICE, GENERAL, ALICE.userId(), Role.READER));
    assertThat(rightsOf(GENERAL, ALICE).role()).isEqualTo(Role.OWNER);
    nothingHappened();
  }

  @Test
  void takesNoProgramForAMember() {
    for (ChannelName name : List.of(GENERAL, BOARD, new ChannelName("missing"))) {
      assertRefused(
          ErrorCode.MALFORMED, () -> service.add(PROGRAM, name, PROGRAM.userId(), Role.WRITER));
    }
    nothingHappened();
    service.add(PROGRAM, BOARD, BOB.userId(), Role.WRITER);
    assertThat(rightsOf(BOARD, BOB).role()).isEqualTo(Role.WRITER);
  }

  @Test
  void countsAdditionsForTheRateOfAllButAdmins() {
    allowed = 1;
    service.add(ALICE, BOARD, BOB.userId(), Role.READER);
    assertRefused(
        ErrorCode.RATE_LIMITED, () -> service.add(ALICE, BOARD, CAROL.userId(), Role.READER));
    allowed = 0;
    service.add(ADMIN, BOARD, CAROL.userId(), Role.READER);
  }

  @Test
  void changesRoleAndMuteInOneLine() {
    add(BOARD, BOB, Role.WRITER);
    service.change(ALICE, BOARD, BOB.userId(), old -> new MemberRights(Role.READER, 5_000));
    assertThat(rightsOf(BOARD, BOB)).isEqualTo(new MemberRights(Role.READER, 5_000));
    assertThat(bus.told).containsExactly(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertWrittenDown(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertThat(audit.lines)
        .containsExactly(
            "alice member.change board/bob {\"role\":\"WRITER\",\"mutedUntilMillis\":0}"
                + "->{\"role\":\"READER\",\"mutedUntilMillis\":5000}");
  }

  @Test
  void saysNothingOfAChangeThatChangesNothing() {
    add(BOARD, BOB, Role.WRITER);
    service.change(ALICE, BOARD, BOB.userId(), old -> old);
    nothingHappened();
  }

  @Test
  void letsModeratorsDealWithThoseBelowOnly() {
    add(BOARD, BOB, Role.MODERATOR);
    add(BOARD, CAROL, Role.WRITER);
    service.change(BOB, BOARD, CAROL.userId(), old -> new MemberRights(Role.READER, 0));
    assertRefused(
        ErrorCode.FORBIDDEN,
        () ->
            service.change(BOB, BOARD, CAROL.userId(), old -> new MemberRights(Role.MODERATOR, 0)));
    assertRefused(
        ErrorCode.FORBIDDEN,
        () -> service.change(BOB, BOARD, ALICE.userId(), old -> new MemberRights(Role.OWNER, 1)));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.remove(BOB, BOARD, ALICE.userId()));
  }

  @Test
  void refusesWhoeverMayNotEvenIfNothingWouldChange() {
    add(BOARD, BOB, Role.WRITER);
    assertRefused(
        ErrorCode.FORBIDDEN, () -> service.change(BOB, BOARD, ALICE.userId(), old -> old));
  }

  @Test
  void leavesNoChannelWithoutAnOwner() {
    assertRefused(ErrorCode.CONFLICT, () -> service.remove(ALICE, BOARD, ALICE.userId()));
    assertRefused(
        ErrorCode.CONFLICT,
        () ->
            service.change(ALICE, BOARD, ALICE.userId(), old -> new MemberRights(Role.READER, 0)));
    nothingHappened();
    add(BOARD, BOB, Role.OWNER);
    service.remove(ALICE, BOARD, ALICE.userId());
    assertThat(bus.told).hasSize(2);
    assertThat(audit.lines).isEmpty(); // leaving is nobody's business
  }

  @Test
  void tellsTheChannelThenEveryNodeThatSomebodyWasRemoved() {
    add(BOARD, BOB, Role.WRITER);
    service.remove(ALICE, BOARD, BOB.userId());
    assertThat(((Signal) bus.told.get(0)).type()).isEqualTo(Signal.Type.MEMBER_REMOVED);
    assertThat(bus.told.get(1)).isEqualTo(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertWrittenDown(RightsChange.ofMember("demo", BOARD, BOB.userId()));
    assertThat(audit.lines)
        .hasSize(1)
        .first()
        .asString()
        .startsWith("alice member.remove board/bob");
    assertRefused(ErrorCode.NOT_FOUND, () -> service.remove(ALICE, BOARD, BOB.userId()));
  }

  @Test
  void showsNobodyWhoIsAMemberOfAChannelThatHeMayNotSee() {
    assertRefused(ErrorCode.FORBIDDEN, () -> service.remove(BOB, BOARD, ALICE.userId()));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.remove(BOB, BOARD, CAROL.userId()));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.list(BOB, BOARD, "", 10));
    assertThat(service.list(ADMIN, BOARD, "", 10).items()).hasSize(1);
  }
}
