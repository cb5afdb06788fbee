package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.audit.AuditCheck;
import io.carillon.domain.audit.AuditDigest;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.audit.AuditRepository;
import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  // ---- the chain

  /** Does to the audit what no program does. */
  abstract void tamper(TestDatabase shared, String sql) throws SQLException;

  private void addThree() {
    for (String target : List.of("one", "two", "three")) {
      audit.add(entry(f.admin("ada"), "member.add", target));
    }
  }

  @Test
  void isAChain() {
    addThree();
    List<AuditEntry> lines = audit.searchForward(AuditQuery.all(f.organization), 0, 10);
    assertThat(lines).extracting(AuditEntry::number).containsExactly(1L, 2L, 3L);
    assertThat(lines.get(0).previousHash()).isEqualTo(AuditDigest.START);
    assertThat(lines.get(1).previousHash()).isEqualTo(lines.get(0).hash());
    assertThat(lines.get(2).previousHash()).isEqualTo(lines.get(1).hash());
    AuditCheck check = audit.check(f.organization);
    assertThat(check.isIntact()).isTrue();
    assertThat(check.lines()).isEqualTo(3);
    assertThat(check.headHash()).isEqualTo(lines.get(2).hash());
    assertThat(audit.check("org-without-lines").isIntact()).isTrue();
  }

  @Test
  void keepsFromWhereAndWhy() {
    try (Circumstances.Scope known = new Circumstances("192.0.2.7", "spam, ü").begin()) {
      audit.add(entry(f.admin("ada"), "member.add", "bob"));
    }
    AuditEntry line = audit.list(f.organization, Long.MAX_VALUE, 1).get(0);
    assertThat(line.address()).isEqualTo("192.0.2.7");
    assertThat(line.reason()).isEqualTo("spam, ü");
    assertThat(line.isGenuine()).isTrue();
    assertThat(Circumstances.current()).isEqualTo(Circumstances.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "actor_id = 'eve'",
        "actor_kind = 'SERVER'",
        "audit_action = 'member.remove'",
        "channel_name = 'other'",
        "target = 'eve'",
        "state_before = '{}'",
        "state_after = ''",
        "happened_at = happened_at + 1",
        "source_address = '192.0.2.1'",
        "reason = 'none'",
        "line_hash = previous_hash",
        "previous_hash = line_hash"
      })
  void findsALineThatWasChanged(String change) throws SQLException {
    addThree();
    tamper(
        database,
        "update audit set %s where organization_id = '%s' and target = 'two'"
            .formatted(change, f.organization));
    AuditCheck check = audit.check(f.organization);
    assertThat(check.isIntact()).isFalse();
    assertThat(check.firstFault().orElseThrow().number()).isEqualTo(2);
  }

  @Test
  void findsALineThatWasChangedWithItsHash() throws SQLException {
    addThree();
    AuditEntry second = audit.searchForward(AuditQuery.all(f.organization), 0, 10).get(1);
    AuditEntry forged =
        new AuditEntry(
            second.happenedAtMillis(), f.admin("eve"), "member.add", "general", "two", "", "{}");
    forged.link(2, second.previousHash());
    tamper(
        database,
        "update audit set actor_id = 'eve', state_after = '{}', line_hash = '%s' where id = %d"
            .formatted(forged.hash(), second.id()));
    assertThat(audit.check(f.organization).firstFault().orElseThrow().number()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one", "two", "three"})
  void findsThatALineIsMissing(String target) throws SQLException {
    addThree();
    tamper(
        database,
        "delete from audit where organization_id = '%s' and target = '%s'"
            .formatted(f.organization, target));
    assertThat(audit.check(f.organization).firstFault().orElseThrow().kind())
        .isIn(AuditCheck.Fault.Kind.MISSING, AuditCheck.Fault.Kind.CHANGED);
  }

  private void addAsOlderVersion(String target) throws SQLException {
    database.execute(
        "insert into audit (happened_at, organization_id, actor_id, actor_kind, audit_action,"
            + " channel_name, target, state_before, state_after) values (1, '%s', 'ada', 'USER',"
                .formatted(f.organization)
            + " 'member.add', '', '%s', '', '')".formatted(target));
  }

  @Test
  void coversTheLinesOfBeforeTheChain() throws SQLException {
    addAsOlderVersion("old one");
    addAsOlderVersion("old two");
    addThree();
    addAsOlderVersion("late");
    AuditCheck check = audit.check(f.organization);
    assertThat(check.isIntact()).isTrue();
    assertThat(check.lines()).isEqualTo(6);
    assertThat(check.before()).isEqualTo(2);
    assertThat(check.unchained()).isEqualTo(1);
    tamper(
        database,
        "update audit set target = 'new' where organization_id = '%s' and target = 'old one'"
            .formatted(f.organization));
    assertThat(audit.check(f.organization).firstFault().orElseThrow().kind())
        .isEqualTo(AuditCheck.Fault.Kind.CHANGED_BEFORE);
  }

  @Test
  void staysAChainWhenManyAddAtOnce() throws Exception {
    int writers = 4;
    List<Callable<Integer>> all = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      String target = "of " + i;
      all.add(
          () -> {
            for (int n = 0; n < 10; n++) {
              audit.add(entry(f.admin("ada"), "member.add", target));
            }
            return 10;
          });
    }
    Race.atOnce(all);
    AuditCheck check = audit.check(f.organization);
    assertThat(check.firstFault()).isEmpty();
    assertThat(check.headNumber()).isEqualTo(10L * writers);
  }

  @Test
  void findsLinesByWhatTheySay() {
    addThree();
    audit.add(entry(f.admin("bea"), "channel.archive", "100% sure"));
    assertThat(found(new AuditQuery(f.organization, "bea", "", "", "", "", 0, Long.MAX_VALUE)))
        .containsExactly("100% sure");
    assertThat(found(new AuditQuery(f.organization, "", "member.", "", "", "", 0, Long.MAX_VALUE)))
        .containsExactly("three", "two", "one");
    assertThat(found(new AuditQuery(f.organization, "", "", "", "", "0% S", 0, Long.MAX_VALUE)))
        .containsExactly("100% sure");
    assertThat(
            found(new AuditQuery(f.organization, "", "", "general", "two", "", 0, Long.MAX_VALUE)))
        .containsExactly("two");
    assertThat(found(new AuditQuery(f.organization, "", "", "", "", "", 0, f.clock.millis())))
        .isEmpty();
  }

  private List<String> found(AuditQuery query) {
    return audit.search(query, Long.MAX_VALUE, 10).stream().map(AuditEntry::target).toList();
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
