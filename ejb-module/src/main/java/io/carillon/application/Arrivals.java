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
import java.util.function.IntSupplier;

/**
 * Lets connections open as fast as the database answers for them, and no faster. When a network or
 * a node comes back, thousands arrive at once; without this they would take every thread and every
 * database connection, and time out together.
 *
 * <p>A burst waits for its turn, first come, first served. When more come than can be served soon,
 * that is when too much waits for a thread of the server already, whoever comes is sent away with a
 * time to come back: what waits behind them are requests of those who are connected. For any
 * thread; waits as said.
 */
@ApplicationScoped
public class Arrivals {
  /**
   * As many may open at the same moment. They ask the database their questions {@linkplain
   * io.carillon.node.JointQuestions together}, so the more they are, the less each costs.
   */
  private static final int AT_ONCE = 64;

  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  /** Requests that wait for a thread: some seconds on one core. */
  static final int MAX_WAITING_REQUESTS = 3_000;

  /** Tasks of connections that are open already but not served yet. */
  static final int MAX_WAITING_TASKS = 2_000;

  private static final int EARLIEST_RETURN_SECONDS = 1;
  private static final int LATEST_RETURN_SECONDS = 8;

  private final Semaphore turns;
  private final IntSupplier waitingRequests;
  private final IntSupplier waitingTasks;
  private final Duration maxWait;

  protected Arrivals() { // for the client proxy
    this.turns = null;
    this.waitingRequests = null;
    this.waitingTasks = null;
    this.maxWait = null;
  }

  @Inject
  public Arrivals(Workers workers) {
    this(AT_ONCE, workers::waitingRequests, workers::waitingTasks, MAX_WAIT);
  }

  Arrivals(int turns, IntSupplier waitingRequests, IntSupplier waitingTasks, Duration maxWait) {
    this.turns = new Semaphore(turns, true);
    this.waitingRequests = waitingRequests;
    this.waitingTasks = waitingTasks;
    this.maxWait = maxWait;
  }

  /** The right to open a connection now; to be closed when it is open or refused. */
  public interface Turn extends AutoCloseable {
    /** For what opens no connection. */
    Turn NONE = () -> {};

    @Override
    void close();
  }

  /**
   * Waits for a turn, 5 s at most.
   *
   * @throws RealtimeException with {@code OVERLOADED} and a time to come back, chosen at random so
   *     that not all come back together
   */
  public Turn take() {
    boolean tooMany =
        waitingRequests.getAsInt() > MAX_WAITING_REQUESTS
            || waitingTasks.getAsInt() > MAX_WAITING_TASKS;
    if (tooMany || !waited()) {
      int seconds =
          ThreadLocalRandom.current().nextInt(EARLIEST_RETURN_SECONDS, LATEST_RETURN_SECONDS + 1);
      throw new RealtimeException(
          ErrorCode.OVERLOADED, "too many arrive at once", Duration.ofSeconds(seconds));
    }
    return turns::release;
  }

  private boolean waited() {
    try {
      return turns.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** How many wait for their turn now. */
  int waiting() {
    return turns.getQueueLength();
  }
}
