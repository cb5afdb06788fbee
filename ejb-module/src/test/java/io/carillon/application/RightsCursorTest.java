package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import io.carillon.domain.user.UserId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class RightsCursorTest {
  private final MemoryRightsChanges changes = new MemoryRightsChanges();
  private int users;
  private RightsCursor cursor = begin();

  private RightsChange fresh() {
    return RightsChange.ofUser("demo", new UserId("user" + ++users));
  }

  private RightsCursor begin() {
    return new RightsCursor(changes.latest(RightsCursor.UNDER_WAY), 0);
  }

  private Optional<List<RightsChange>> look(long nowNanos) {
    return cursor.advance(
        changes.read(cursor.from(), cursor.missing(), Integer.MAX_VALUE), nowNanos);
  }

  private StoredRightsChange write() {
    return changes.write(fresh());
  }

  private StoredRightsChange commit(StoredRightsChange change) {
    changes.commit(change);
    return change;
  }

  @Test
  void bringsEachChangeOnceInOrder() {
    StoredRightsChange one = commit(write());
    StoredRightsChange two = commit(write());
    assertThat(look(0)).contains(List.of(one.change(), two.change()));
    assertThat(look(0)).contains(List.of());
    StoredRightsChange three = commit(write());
    assertThat(look(0)).contains(List.of(three.change()));
  }

  @Test
  void beginsAtThePresent() {
    commit(write());
    cursor = begin();
    assertThat(look(0)).contains(List.of());
  }

  @Test
  void findsWhatIsCommittedAfterALaterChange() {
    StoredRightsChange slow = write();
    StoredRightsChange slower = write();
    StoredRightsChange quick = commit(write());
    assertThat(look(0)).contains(List.of(quick.change()));
    commit(slower);
    assertThat(look(0)).contains(List.of(slower.change()));
    StoredRightsChange next = commit(write());
    commit(slow);
    assertThat(look(0)).contains(List.of(slow.change(), next.change()));
    assertThat(cursor.missing()).isEmpty();
  }

  @Test
  void findsWhatWasUnderWayWhenItBegan() {
    StoredRightsChange slow = write();
    commit(write());
    cursor = begin();
    commit(slow);
    assertThat(look(0)).contains(List.of(slow.change()));
  }

  @Test
  void givesUpTransactionsThatRolledBack() {
    write();
    commit(write());
    look(0);
    assertThat(cursor.missing()).containsExactly(1L);
    look(RightsChangeRepository.KEPT.toNanos());
    assertThat(cursor.missing()).containsExactly(1L);
    look(RightsChangeRepository.KEPT.toNanos() + 1);
    assertThat(cursor.missing()).isEmpty();
  }

  @Test
  void knowsWhenChangesWereRemovedUnseen() {
    StoredRightsChange last = commit(write());
    look(0);
    commit(write());
    commit(write());
    changes.visible.remove(last.id());
    changes.visible.remove(last.id() + 1);
    assertThat(look(0)).isEmpty();
  }

  @Test
  void knowsWhenTheDatabaseIsAnotherOne() {
    StoredRightsChange last = commit(write());
    look(0);
    changes.visible.put(last.id(), new StoredRightsChange(last.id(), fresh(), 999));
    assertThat(look(0)).isEmpty();
  }

  @Test
  void remembersABoundedNumberOfMissingIds() {
    for (int i = 0; i < RightsCursor.MAX_MISSING; i++) {
      write();
    }
    cursor = begin();
    commit(write());
    assertThat(look(0)).isPresent();
    assertThat(cursor.missing()).hasSize(RightsCursor.UNDER_WAY);
    for (int i = 0; i < RightsCursor.MAX_MISSING; i++) {
      write();
    }
    commit(write());
    assertThat(look(0)).as("too many to ask for").isEmpty();
  }

  @Test
  void missesNothingInWhateverOrderTransactionsCommit() {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    System.out.println("Changes of rights in random order, seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Set<RightsChange> expected = new HashSet<>();
    List<RightsChange> heard = new ArrayList<>();
    List<StoredRightsChange> open = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      switch (random.nextInt(4)) {
        case 0 -> open.add(write());
        case 1 -> {
          if (!open.isEmpty()) {
            expected.add(commit(open.remove(random.nextInt(open.size()))).change());
          }
        }
        case 2 -> {
          if (!open.isEmpty() && random.nextInt(20) == 0) {
            open.remove(random.nextInt(open.size())); // rolled back
          }
        }
        default -> heard.addAll(look(0).orElseThrow());
      }
    }
    heard.addAll(look(0).orElseThrow());
    assertThat(heard).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
  }
}
