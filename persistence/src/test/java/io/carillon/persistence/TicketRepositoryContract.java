package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.TicketRepository;
import io.carillon.domain.user.UserId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to make of tickets. */
abstract class TicketRepositoryContract {
  private static final int THREADS = 8;

  private TicketRepository tickets;

  @BeforeEach
  void open(TestDatabase database) throws SQLException {
    database.execute("delete from ticket");
    TestTransactions transactions = database.transactions();
    tickets =
        transactions.around(
            TicketRepository.class, new JpaTicketRepository(transactions.entities()));
  }

  private static Identity alice(String tokenId, Instant expiresAt, Identity.Kind kind) {
    return new Identity(
        "demo", new UserId("alice"), "", "", OrganizationRole.ADMIN, tokenId, expiresAt, kind);
  }

  private static Identity alice() {
    return alice("token", Instant.ofEpochMilli(5_000), Identity.Kind.USER);
  }

  private boolean add(String digest, Identity holder) {
    return tickets.add(digest, holder, 100, 0, 3);
  }

  @Test
  void givesTheHolderBackOnce() {
    assertThat(add("one", alice())).isTrue();
    assertThat(tickets.take("two", 0)).isEmpty();
    assertThat(tickets.take("one", 0)).contains(alice());
    assertThat(tickets.take("one", 0)).isEmpty();
  }

  @Test
  void keepsWhatAForeignTokenMayBeCalled() {
    Identity strange = alice("\0 \ud83d\ude00", Instant.ofEpochMilli(1), Identity.Kind.USER);
    add("one", strange);
    assertThat(tickets.take("one", 0)).contains(strange);
    Identity program = alice("key", Instant.MAX, Identity.Kind.API_KEY);
    add("two", program);
    assertThat(tickets.take("two", 0)).contains(program);
  }

  @Test
  void givesItToOneOfManyAtOnce() throws Exception {
    for (int round = 0; round < 50; round++) {
      String digest = "round" + round;
      add(digest, alice());
      Callable<Optional<Identity>> take = () -> tickets.take(digest, 0);
      List<Optional<Identity>> taken = Race.atOnce(Collections.nCopies(THREADS, take));
      assertThat(taken.stream().filter(Optional::isPresent)).hasSize(1);
    }
  }

  @Test
  void endsAtItsTime() {
    add("one", alice());
    add("two", alice());
    assertThat(tickets.take("one", 99)).isPresent();
    assertThat(tickets.take("two", 100)).isEmpty();
    assertThat(tickets.purge(99)).isZero();
    assertThat(tickets.purge(100)).isEqualTo(1);
  }

  @Test
  void keepsAFewOfEachHolder() {
    Identity program = alice("key", Instant.MAX, Identity.Kind.API_KEY);
    for (int i = 0; i < 3; i++) {
      assertThat(add("alice" + i, alice())).isTrue();
    }
    assertThat(add("alice3", alice())).isFalse();
    assertThat(add("program", program)).as("another of that name").isTrue();
    assertThat(tickets.take("alice3", 0)).isEmpty();
    assertThat(tickets.take("alice0", 0)).isPresent();
    assertThat(add("alice4", alice())).isTrue();
    assertThat(tickets.add("later", alice(), 200, 100, 3)).as("the others have expired").isTrue();
  }
}
