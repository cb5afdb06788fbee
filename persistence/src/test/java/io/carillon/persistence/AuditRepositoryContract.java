package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditRepository;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to make of the audit. */
abstract class AuditRepositoryContract {
  private TestDatabase database;
  private Fixture f;
  private AuditRepository audit;

  @BeforeEach
  void open(TestDatabase shared) {
    database = shared;
    f = new Fixture(database);
    audit =
        f.transactions.around(
            AuditRepository.class, new JpaAuditRepository(f.transactions.entities()));
  }

  private AuditEntry entry(Identity who, String action, String target) {
    return new AuditEntry(
        f.clock.millis(), who, action, "general", target, "", "{\"role\":\"READER\"}");
  }

  @Test
  void keepsWhatAnEntrySays() {
    audit.add(entry(f.admin("ada"), "member.add", "bob"));
    AuditEntry kept = audit.list(f.organization, Long.MAX_VALUE, 10).get(0);
    assertThat(kept.actor()).isEqualTo("ada");
    assertThat(kept.actorKind()).isEqualTo(Identity.Kind.USER);
    assertThat(kept.action()).isEqualTo("member.add");
    assertThat(kept.channel()).isEqualTo("general");
    assertThat(kept.target()).isEqualTo("bob");
    assertThat(kept.before()).isEmpty();
    assertThat(kept.after()).isEqualTo("{\"role\":\"READER\"}");
    assertThat(kept.happenedAtMillis()).isEqualTo(f.clock.millis());
    assertThat(kept.organization()).isEqualTo(f.organization);
  }

  @Test
  void listsLatestFirstInPagesAndOnlyTheOwnOrganization() {
    Fixture other = new Fixture(database);
    audit.add(entry(other.admin("eve"), "key.create", "other"));
    for (String target : List.of("one", "two", "three")) {
      audit.add(entry(f.admin("ada"), "member.add", target));
    }
    List<AuditEntry> first = audit.list(f.organization, Long.MAX_VALUE, 2);
    assertThat(first).extracting(AuditEntry::target).containsExactly("three", "two");
    assertThat(audit.list(f.organization, first.get(1).id(), 2))
        .extracting(AuditEntry::target)
        .containsExactly("one");
  }

  @Test
  void keepsNothingOfATransactionThatFails() {
    assertThatThrownBy(
            () ->
                f.transactions.run(
                    () -> {
                      audit.add(entry(f.admin("ada"), "member.add", "bob"));
                      throw new RealtimeException(ErrorCode.CONFLICT, "later");
                    }))
        .isInstanceOf(RealtimeException.class);
    assertThat(audit.list(f.organization, Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void tellsOfWhatModeratorsDoToOthersMessages() {
    Channel general = f.chat("general");
    Identity moderator = f.user("mo");
    f.memberships.add(general, moderator.userId(), Role.MODERATOR);
    Publication theirs = f.stored(Fixture.send(general, f.user("ann"), "secret"));
    Publication own = f.stored(Fixture.send(general, moderator, "mine"));

    f.stored(Fixture.edit(general, moderator, own.id(), "still mine"));
    f.stored(Fixture.edit(general, f.user("ann"), theirs.id(), "also secret"));
    f.append(Fixture.edit(general, f.user("eve"), theirs.id(), "not hers"));
    assertThat(audit.list(f.organization, Long.MAX_VALUE, 10)).isEmpty();

    f.stored(Fixture.edit(general, moderator, theirs.id(), "mended"));
    f.stored(Fixture.delete(general, moderator, theirs.id()));
    f.append(Fixture.delete(general, moderator, theirs.id())); // changes nothing
    List<AuditEntry> lines = audit.list(f.organization, Long.MAX_VALUE, 10);
    assertThat(lines)
        .extracting(AuditEntry::action)
        .containsExactly("message.delete", "message.edit");
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.actor()).isEqualTo("mo");
              assertThat(line.channel()).isEqualTo("general");
              assertThat(line.target()).isEqualTo(theirs.id());
              assertThat(line.before()).contains("\"author\":\"ann\"").doesNotContain("secret");
            });
  }

  @Test
  void leavesOutWhatIsDailyUseInAList() {
    Channel list = f.channel("todos", ChannelKind.LIST, Visibility.PUBLIC, ChannelPolicy.DEFAULT);
    Publication item = f.stored(Fixture.send(list, f.user("ann"), "milk"));
    f.stored(Fixture.delete(list, f.user("bob"), item.id()));
    assertThat(audit.list(f.organization, Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void refusesTextThatADatabaseCannotKeep() {
    assertThatThrownBy(() -> entry(f.admin("ada"), "member.add", "a\0b"))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }
}
