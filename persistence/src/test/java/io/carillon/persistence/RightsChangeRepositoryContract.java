package io.carillon.persistence;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import io.carillon.domain.user.UserId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to make of changes of rights. */
abstract class RightsChangeRepositoryContract {
  private static final int MAX_WAIT_SECONDS = 20;
  private static final RightsChange OF_MEMBER =
      RightsChange.ofMember("demo", new ChannelName("general"), new UserId("bob"));
  private static final RightsChange OF_CHANNEL =
      RightsChange.ofChannel("demo", new ChannelName("general"));
  private static final RightsChange OF_USER = RightsChange.ofUser("demo", new UserId("bob"));

  private final TestClock clock = new TestClock();
  private TestTransactions transactions;
  private RightsChangeRepository changes;

  @BeforeEach
  void open(TestDatabase database) throws SQLException {
    database.execute("delete from rights_change");
    transactions = database.transactions();
    changes =
        transactions.around(
            RightsChangeRepository.class,
            new JpaRightsChangeRepository(transactions.entities(), clock));
  }

  private void add(RightsChange change) {
    transactions.run(
        () -> {
          changes.add(change);
          return null;
        });
  }

  private long add() {
    add(OF_USER);
    List<StoredRightsChange> latest = changes.latest(1);
    return latest.get(0).id();
  }

  private static List<Long> ids(List<StoredRightsChange> found) {
    return found.stream().map(StoredRightsChange::id).toList();
  }

  @Test
  void bringsBackWhatWasWritten() {
    add(OF_MEMBER);
    add(OF_CHANNEL);
    add(OF_USER);
    List<StoredRightsChange> found = changes.read(0, List.of(), 100);
    assertThat(found)
        .extracting(StoredRightsChange::change)
        .containsExactly(OF_MEMBER, OF_CHANNEL, OF_USER);
    assertThat(found).extracting(StoredRightsChange::createdAtMillis).containsOnly(clock.millis());
    assertThat(changes.latest(100)).isEqualTo(found);
  }

  @Test
  void readsFromAnIdOnAndSomeBeforeIt() {
    long one = add();
    long two = add();
    long three = add();
    long four = add();
    assertThat(ids(changes.read(three, List.of(one, four + 1), 100)))
        .containsExactly(one, three, four);
    assertThat(ids(changes.read(two, List.of(one), 2))).containsExactly(one, two);
    assertThat(ids(changes.latest(3))).containsExactly(two, three, four);
    assertThat(changes.read(four + 1, List.of(), 100)).isEmpty();
  }

  @Test
  void isWrittenByTheTransactionThatMakesTheChange() {
    assertThatThrownBy(() -> changes.add(OF_USER)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () ->
                transactions.run(
                    () -> {
                      changes.add(OF_USER);
                      throw new IllegalArgumentException("rolled back");
                    }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(changes.latest(1)).isEmpty();
  }

  /** What a reader has to reckon with, and cannot see by the largest id alone. */
  @Test
  void showsAnEarlierIdAfterALaterOneIfThatIsHowTheyAreCommitted() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch mayCommit = new CountDownLatch(1);
    CompletableFuture<Void> slow =
        CompletableFuture.runAsync(
            () ->
                transactions.run(
                    () -> {
                      changes.add(OF_CHANNEL);
                      written.countDown();
                      return mayCommit.await(MAX_WAIT_SECONDS, SECONDS);
                    }));
    assertThat(written.await(MAX_WAIT_SECONDS, SECONDS)).isTrue();
    long quick = add();
    assertThat(changes.read(0, List.of(), 100))
        .extracting(StoredRightsChange::change)
        .containsExactly(OF_USER);
    mayCommit.countDown();
    slow.get(MAX_WAIT_SECONDS, SECONDS);
    List<StoredRightsChange> found = changes.read(quick, List.of(quick - 1), 100);
    assertThat(found).extracting(StoredRightsChange::change).containsExactly(OF_CHANNEL, OF_USER);
  }

  @Test
  void removesWhatIsOldExceptTheLatest() {
    add();
    long old = add();
    clock.advance(RightsChangeRepository.KEPT);
    assertThat(changes.purge(clock.millis())).isZero();
    clock.advance(Duration.ofMillis(1));
    assertThat(changes.purge(clock.millis())).isEqualTo(1);
    assertThat(ids(changes.latest(100))).containsExactly(old);
    long young = add();
    assertThat(changes.purge(clock.millis())).isEqualTo(1);
    assertThat(ids(changes.latest(100))).containsExactly(young);
  }
}
