package io.carillon.application;

import static io.carillon.application.Callers.ADMIN;
import static io.carillon.application.Callers.ALICE;
import static io.carillon.application.Callers.BOB;
import static io.carillon.application.Callers.PROGRAM;
import static io.carillon.application.Callers.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.rights.RightsChange;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelServiceTest {
  private static final ChannelName GENERAL = new ChannelName("general");
  private static final ChannelSettings OPEN =
      new ChannelSettings("General", "", Visibility.PUBLIC, ChannelPolicy.DEFAULT, false);

  private final MemoryMembers members = new MemoryMembers();
  private final MemoryChannels channels = new MemoryChannels(members);
  private final RecordingBus bus = new RecordingBus();
  private final MemoryRightsChanges rights = new MemoryRightsChanges();
  private final RecordingAudit audit = new RecordingAudit();
  private int allowed = Integer.MAX_VALUE;
  private final ChannelService service =
      new ChannelService(
          channels,
          members,
          nothingUnread(),
          sender -> {
            if (allowed-- == 0) {
              throw new RealtimeException(ErrorCode.RATE_LIMITED, "test");
            }
          },
          new Audit(audit, Clock.systemUTC()),
          new RightsChanges(rights, AfterCommit.atOnce(), bus),
          AfterCommit.atOnce(),
          bus,
          Clock.systemUTC());

  private static MessageRepository nothingUnread() {
    return (MessageRepository)
        Proxy.newProxyInstance(
            MessageRepository.class.getClassLoader(),
            new Class<?>[] {MessageRepository.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("unread");
              return Map.of();
            });
  }

  private void create() {
    service.create(ALICE, GENERAL, ChannelKind.CHAT, OPEN);
    bus.told.clear();
    audit.lines.clear();
  }

  @Test
  void makesTheCreatorOwnerAndTellsThatTheNameIsTakenNow() {
    ChannelSummary made = service.create(ALICE, GENERAL, ChannelKind.CHAT, OPEN);
    assertThat(made.role()).contains(Role.OWNER);
    assertThat(made.member()).isTrue();
    assertThat(bus.told).containsExactly(RightsChange.ofChannel("demo", GENERAL));
    assertThat(audit.lines)
        .hasSize(1)
        .first()
        .asString()
        .startsWith("alice channel.create general/");
    assertThat(audit.lines.get(0)).contains("\"visibility\":\"PUBLIC\"");
  }

  @Test
  void makesNoMemberOfAProgram() {
    ChannelSummary made = service.create(PROGRAM, GENERAL, ChannelKind.CHAT, OPEN);
    assertThat(made.member()).isFalse();
    assertThat(members.countOwners(made.channel())).isZero();
  }

  @Test
  void refusesNamesAndKindsOfTheSystemAndNamesThatNoPathCanHold() {
    for (String name : List.of("user:alice", "org:demo")) {
      assertRefused(
          ErrorCode.FORBIDDEN,
          () -> service.create(ADMIN, new ChannelName(name), ChannelKind.CHAT, OPEN));
    }
    for (ChannelKind kind : List.of(ChannelKind.INBOX, ChannelKind.ANNOUNCEMENTS)) {
      assertRefused(ErrorCode.FORBIDDEN, () -> service.create(ADMIN, GENERAL, kind, OPEN));
    }
    for (String name : List.of(".", "..")) {
      assertRefused(
          ErrorCode.MALFORMED,
          () -> service.create(ALICE, new ChannelName(name), ChannelKind.CHAT, OPEN));
    }
    assertThat(bus.told).isEmpty();
    assertThat(audit.lines).isEmpty();
  }

  @Test
  void countsANewChannelForTheRate() {
    allowed = 1;
    service.create(ALICE, GENERAL, ChannelKind.CHAT, OPEN);
    assertRefused(
        ErrorCode.RATE_LIMITED,
        () -> service.create(ALICE, new ChannelName("more"), ChannelKind.CHAT, OPEN));
  }

  @Test
  void refusesANameThatIsTaken() {
    create();
    assertRefused(ErrorCode.CONFLICT, () -> service.create(BOB, GENERAL, ChannelKind.CHAT, OPEN));
    assertThat(audit.lines).isEmpty();
  }

  @Test
  void tellsEveryNodeWhenRightsChangeAndOnlyThen() {
    create();
    service.change(
        ALICE,
        GENERAL,
        old ->
            new ChannelSettings(
                "Other", old.topic(), old.visibility(), old.policy(), old.archived()));
    assertThat(bus.told).isEmpty();
    assertThat(audit.lines).hasSize(1);
    service.change(
        ALICE,
        GENERAL,
        old ->
            new ChannelSettings(
                old.title(), old.topic(), Visibility.PRIVATE, old.policy(), old.archived()));
    assertThat(bus.told).containsExactly(RightsChange.ofChannel("demo", GENERAL));
    assertThat(audit.lines.get(1))
        .startsWith("alice channel.change")
        .containsSubsequence("PUBLIC", "->", "PRIVATE");
  }

  @Test
  void saysNothingOfAChangeThatChangesNothing() {
    create();
    service.change(ALICE, GENERAL, old -> old);
    assertThat(bus.told).isEmpty();
    assertThat(audit.lines).isEmpty();
  }

  @Test
  void changesNothingForWhoeverMayNot() {
    create();
    assertRefused(
        ErrorCode.FORBIDDEN, () -> service.change(BOB, GENERAL, old -> old.withArchived(true)));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.archive(BOB, GENERAL));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.archive(BOB, new ChannelName("nothing")));
    assertThat(service.get(BOB, GENERAL).channel().isArchived()).isFalse();
    assertThat(bus.told).isEmpty();
    assertThat(audit.lines).isEmpty();
  }

  @Test
  void archivesOnceAndRestores() {
    create();
    service.archive(ADMIN, GENERAL);
    service.archive(ADMIN, GENERAL);
    service.change(ALICE, GENERAL, old -> old.withArchived(false));
    assertThat(audit.lines).hasSize(2);
    assertThat(audit.lines.get(0)).startsWith("admin channel.archive");
    assertThat(audit.lines.get(1)).startsWith("alice channel.restore");
    assertThat(bus.told).hasSize(2);
  }

  @Test
  void showsAPrivateChannelToItsMembersAndToAdminsWithoutARole() {
    create();
    service.change(
        ALICE,
        GENERAL,
        old ->
            new ChannelSettings(
                old.title(), old.topic(), Visibility.PRIVATE, old.policy(), old.archived()));
    assertRefused(ErrorCode.FORBIDDEN, () -> service.get(BOB, GENERAL));
    assertThat(service.get(ADMIN, GENERAL).role()).isEmpty();
  }

  @Test
  void listsInPages() {
    for (String name : List.of("a", "b", "c")) {
      service.create(ALICE, new ChannelName(name), ChannelKind.CHAT, OPEN);
    }
    Page<ChannelSummary> page = service.list(BOB, "a", 1);
    assertThat(page.items()).extracting(s -> s.channel().key().name().value()).containsExactly("b");
    assertThat(page.hasMore()).isTrue();
    assertThat(service.list(PROGRAM, "b", 5).items()).hasSize(1);
    assertThat(service.list(PROGRAM, "b", 5).hasMore()).isFalse();
  }
}
