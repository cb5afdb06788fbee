package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.persistence.DatabaseOutage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;

/** Where whatever was thrown becomes what a client may know. Any thread. */
public final class Failures {
  private static final Logger LOG = System.getLogger(Failures.class.getName());
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private Failures() {}

  /**
   * The failure with its code. A database that is away is {@code OVERLOADED}. Anything unforeseen
   * becomes {@code INTERNAL}, is logged here with its trace, and carries a reference as its detail
   * that the log line has too.
   */
  public static RealtimeException of(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof RealtimeException known) {
      return known;
    }
    if (DatabaseOutage.isBehind(cause)) {
      DatabaseOutage.tell(cause);
      return new RealtimeException(ErrorCode.OVERLOADED, "the database is away", RETRY_AFTER);
    }
    String reference = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    LOG.log(Level.ERROR, "Internal failure, reference " + reference, cause);
    return new RealtimeException(ErrorCode.INTERNAL, reference);
  }
}
