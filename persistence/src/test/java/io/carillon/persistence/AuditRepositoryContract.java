package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditRepository;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
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
  void refusesTextThatADatabaseCannotKeep() {
    assertThatThrownBy(() -> entry(f.admin("ada"), "member.add", "a\0b"))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
  }
}
