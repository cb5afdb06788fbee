package io.carillon.persistence;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Tells failures of a database that is away or has no time from those that are somebody's mistake:
 * the same work may well succeed a little later. Any thread.
 */
public final class DatabaseOutage {
  /** Of the things that failures come wrapped in, each with its own wrappers. */
  private static final int MAX_LOOKED_AT = 64;

  /** Beginnings of SQL states after which a connection is of no more use. */
  private static final List<String> CONNECTION_ENDED =
      List.of(
          "08", // no connection, or one that broke
          "57P", // the server stops, has crashed, or cannot be used yet
          "25P03", // the server ended it for having stood still in a transaction
          "25006"); // the server has become a standby, which takes no writes

  /** Beginnings of further SQL states that pass. */
  private static final List<String> PASSING =
      List.of(
          "40", // a deadlock, or a rollback that was not asked for
          "53", // no more disk, memory or connections
          "55P03", // a lock that did not become free in time
          "57", // a statement ended for the time that it took
          "58", // the server's disk failed
          "HYT", // the same in H2: a time limit
          "90067", // H2: the connection broke
          "90098", // H2: the database is closed
          "90121"); // H2: the database is closed

  private static final Logger LOG = System.getLogger(DatabaseOutage.class.getName());
  private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

  private static final AtomicLong TOLD_NANOS = new AtomicLong(System.nanoTime() - QUIET_NANOS);

  private DatabaseOutage() {}

  /** Whether the database could not do, or not in time, what was asked of it. */
  public static boolean isBehind(Throwable failure) {
    return find(failure, failed -> isUnreachable(failed) || isPassing(failed)).isPresent();
  }

  /** Whether there was no connection to the database, or it broke: everybody else has none too. */
  public static boolean isUnreachable(Throwable failure) {
    return find(failure, DatabaseOutage::isUnreachable).isPresent();
  }

  /** Whether the connection that failed so must not be used again. */
  public static boolean endsConnection(SQLException failure) {
    return hasState(failure, CONNECTION_ENDED);
  }

  private static boolean isUnreachable(SQLException failure) {
    // No database says nothing: this is a pool without a connection to give.
    return failure.getSQLState() == null || endsConnection(failure);
  }

  private static boolean isPassing(SQLException failure) {
    return failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException
        || hasState(failure, PASSING);
  }

  /** Puts a failure into the log, one a second: all fail then, and for one reason. */
  public static void tell(Throwable failure) {
    long now = System.nanoTime();
    long told = TOLD_NANOS.get();
    if (now - told >= QUIET_NANOS && TOLD_NANOS.compareAndSet(told, now)) {
      Throwable said = find(failure, any -> true).map(Throwable.class::cast).orElse(failure);
      LOG.log(Level.WARNING, "The database is away, or has no time: " + said);
    }
  }

  /** The first that is so among a failure and what is behind it. */
  private static Optional<SQLException> find(Throwable failure, Predicate<SQLException> how) {
    Deque<Throwable> left = new ArrayDeque<>();
    left.add(failure);
    for (int i = 0; i < MAX_LOOKED_AT && !left.isEmpty(); i++) {
      Throwable next = left.remove();
      if (next instanceof SQLException failed && how.test(failed)) {
        return Optional.of(failed);
      }
      if (next.getCause() != null) {
        left.add(next.getCause());
      }
      // A transaction manager has no other place for what its resource said.
      left.addAll(List.of(next.getSuppressed()));
    }
    return Optional.empty();
  }

  private static boolean hasState(SQLException failure, List<String> beginnings) {
    String state = failure.getSQLState();
    return state != null && beginnings.stream().anyMatch(state::startsWith);
  }
}
