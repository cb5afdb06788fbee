package io.carillon.persistence;

import static io.carillon.persistence.Fixture.send;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.channel.Channel;
import io.carillon.domain.user.UserId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far somebody has read, in a channel whose log ends at 20. */
abstract class ReadMarkContract {
  private static final int END = 20;
  private static final UserId BOB = new UserId("bob");

  private Fixture f;
  private Channel channel;

  @BeforeEach
  void open(TestDatabase database) {
    f = new Fixture(database);
    channel = f.chat("general");
    for (int i = 1; i <= END; i++) {
      f.stored(send(channel, f.user("alice"), "m" + i));
    }
  }

  private OptionalLong advance(long offset) {
    return f.memberships.advanceReadOffset(channel, BOB, offset);
  }

  @Test
  void movesForwardOnly() {
    assertThat(advance(5)).hasValue(5);
    assertThat(advance(5)).isEmpty();
    assertThat(advance(3)).isEmpty();
    assertThat(f.memberships.readOffset(channel, BOB)).isEqualTo(5);
    assertThat(advance(6)).hasValue(6);
  }

  @Test
  void stopsAtTheEndOfTheLog() {
    assertThat(advance(Long.MAX_VALUE)).hasValue(END);
    assertThat(advance(Long.MAX_VALUE)).isEmpty();
    f.stored(send(channel, f.user("alice"), "another"));
    assertThat(advance(Long.MAX_VALUE)).hasValue(END + 1);
  }

  @Test
  void doesNotMoveToTheBeginning() {
    assertThat(advance(0)).isEmpty();
    assertThat(advance(-7)).isEmpty();
    assertThat(f.memberships.readOffset(channel, BOB)).isZero();
    assertThat(advance(1)).hasValue(1);
  }

  @Test
  void isMovedToEachPlaceByOneOfManyCallers() throws Exception {
    long seed = Long.getLong("carillon.test.seed", System.nanoTime());
    System.out.println("Seed of the read marks: -Dcarillon.test.seed=" + seed);
    Random seeds = new Random(seed);
    List<Long> moves = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<Long>>> callers = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        Random random = new Random(seeds.nextLong());
        callers.add(
            pool.submit(
                () -> {
                  List<Long> own = new ArrayList<>();
                  for (int i = 1; i <= END; i++) {
                    advance(Math.max(1, i - random.nextInt(3))).ifPresent(own::add);
                  }
                  return own;
                }));
      }
      for (Future<List<Long>> caller : callers) {
        List<Long> own = caller.get(60, SECONDS);
        assertThat(own).isSorted();
        moves.addAll(own);
      }
    } finally {
      pool.shutdownNow();
    }
    advance(END).ifPresent(moves::add);
    assertThat(moves).doesNotHaveDuplicates().contains((long) END);
  }
}
