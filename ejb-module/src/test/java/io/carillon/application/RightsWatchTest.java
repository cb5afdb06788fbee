package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.user.UserId;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RightsWatchTest {
  private static final RightsChange OF_ALICE = RightsChange.ofUser("demo", new UserId("alice"));
  private static final RightsChange OF_BOB = RightsChange.ofUser("demo", new UserId("bob"));

  private final MemoryRightsChanges changes = new MemoryRightsChanges();
  private final List<RightsChange> heard = new ArrayList<>();
  private final RightsWatch watch =
      new RightsWatch(changes, new NoThreads(), new Metrics(new SimpleMeterRegistry()));
  private boolean deaf;

  @BeforeEach
  void start() {
    changes.add(OF_ALICE);
    watch.start(
        change -> {
          if (deaf) {
            throw new IllegalStateException("asked for by the test");
          }
          heard.add(change);
        });
    heard.clear(); // whoever is there at the start
  }

  private static long later(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  private void look() {
    watch.look(System.nanoTime());
  }

  @Test
  void tellsOfWhatHappensAfterItsStart() {
    look();
    assertThat(heard).isEmpty();
    changes.add(OF_BOB);
    look();
    assertThat(heard).containsExactly(OF_BOB);
  }

  @Test
  void readsOnAfterTheDatabaseWasAway() {
    changes.add(OF_BOB);
    changes.failure = new IllegalStateException("asked for by the test");
    assertThatThrownBy(this::look).isSameAs(changes.failure);
    changes.failure = null;
    look();
    assertThat(heard).containsExactly(OF_BOB);
  }

  @Test
  void tellsAgainOfWhatTheNodeFailedToHear() {
    changes.add(OF_BOB);
    deaf = true;
    assertThatThrownBy(this::look).isInstanceOf(IllegalStateException.class);
    deaf = false;
    look();
    assertThat(heard).containsExactly(RightsChange.ofAll());
    look();
    assertThat(heard).hasSize(1);
  }

  @Test
  void tellsOfAllWhenItCouldNotLookForLong() {
    watch.look(later(RightsChangeRepository.KEPT.dividedBy(2).plusSeconds(1)));
    assertThat(heard).containsExactly(RightsChange.ofAll());
  }

  @Test
  void tellsOfAllWhenChangesWereRemovedUnseen() {
    changes.add(OF_BOB);
    changes.visible.clear();
    look();
    assertThat(heard).containsExactly(RightsChange.ofAll());
  }

  @Test
  void readsAnyNumberOfChangesAtOnce() {
    for (int i = 0; i < 2_500; i++) {
      changes.add(OF_BOB);
    }
    look();
    assertThat(heard).hasSize(2_500);
  }

  @Test
  void isNotCurrentAfterTooLongWithoutALook() {
    assertThat(watch.isCurrent()).isTrue();
    watch.look(System.nanoTime() - RightsWatch.MAX_AGE.toNanos());
    assertThat(watch.isCurrent()).isFalse();
    look();
    assertThat(watch.isCurrent()).isTrue();
  }

  /** The test looks by itself. */
  private static final class NoThreads implements Workers {
    @Override
    public Executor io() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void start(String name, Runnable loop) {}

    @Override
    public void every(Duration period, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }
}
