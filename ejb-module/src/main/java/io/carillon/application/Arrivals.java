package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.node.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * Lets connections open as fast as the database answers for them, and no faster. When a network or
 * a node comes back, thousands arrive at once; without this they would take every thread and every
 * database connection, and time out together.
 *
 * <p>A burst waits for its turn, first come, first served. Once some have been waiting without a
 * break for {@link #LONGEST_BURST}, more come than can be served: from then on whoever does not get
 * a turn almost at once is sent away with a time to come back, so that the threads are free for
 * those who are connected. That is the rule of controlled delay (RFC 8289), with a refusal in the
 * place of a dropped packet. For any thread; waits as said.
 */
@ApplicationScoped
public class Arrivals {
  static final Duration LONGEST_BURST = Duration.ofSeconds(5);
  private static final Duration SHORT_WAIT = Duration.ofMillis(20);

  /**
   * As many may open at the same moment. They ask the database their questions {@linkplain
   * io.carillon.node.JointQuestions together}, so the more they are, the less each costs.
   */
  private static final int AT_ONCE = 64;

  /** Tasks of connections that are open already but not served yet. */
  static final int MAX_BACKLOG = 2_000;

  private static final int EARLIEST_RETURN_SECONDS = 1;
  private static final int LATEST_RETURN_SECONDS = 6;
  private static final long CALM = Long.MIN_VALUE;

  private final Semaphore turns;
  private final IntSupplier backlog;
  private final Duration longestBurst;
  private final AtomicLong crowdedSince = new AtomicLong(CALM); // System.nanoTime

  protected Arrivals() { // for the client proxy
    this.turns = null;
    this.backlog = null;
    this.longestBurst = null;
  }

  @Inject
  public Arrivals(Workers workers) {
    this(AT_ONCE, workers::waiting, LONGEST_BURST);
  }

  Arrivals(int turns, IntSupplier backlog, Duration longestBurst) {
    this.turns = new Semaphore(turns, true);
    this.backlog = backlog;
    this.longestBurst = longestBurst;
  }

  /** The right to open a connection now; to be closed when it is open or refused. */
  public interface Turn extends AutoCloseable {
    /** For what opens no connection. */
    Turn NONE = () -> {};

    @Override
    void close();
  }

  /**
   * Waits for a turn.
   *
   * @throws RealtimeException with {@code OVERLOADED} and a time to come back, chosen at random so
   *     that not all come back together
   */
  public Turn take() {
    if (backlog.getAsInt() > MAX_BACKLOG || !waited()) {
      int seconds =
          ThreadLocalRandom.current().nextInt(EARLIEST_RETURN_SECONDS, LATEST_RETURN_SECONDS + 1);
      throw new RealtimeException(
          ErrorCode.OVERLOADED, "too many arrive at once", Duration.ofSeconds(seconds));
    }
    return this::giveBack;
  }

  private boolean waited() {
    try {
      // Without a time, a semaphore would let this one pass those that wait.
      return turns.tryAcquire(0, TimeUnit.NANOSECONDS)
          || turns.tryAcquire(patience().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Duration patience() {
    long now = System.nanoTime();
    long since = crowdedSince.updateAndGet(old -> old == CALM ? now : old);
    Duration left = longestBurst.minusNanos(now - since);
    return left.compareTo(SHORT_WAIT) > 0 ? left : SHORT_WAIT;
  }

  /** How many wait for their turn now. */
  int waiting() {
    return turns.getQueueLength();
  }

  private void giveBack() {
    turns.release();
    if (!turns.hasQueuedThreads()) {
      crowdedSince.set(CALM);
    }
  }
}
