package io.carillon.application;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/**
 * Work that must not be seen before the present transaction is durable, and never if it rolls back:
 * what the bus is told.
 */
@ApplicationScoped
public class AfterCommit {
  private static final Logger LOG = System.getLogger(AfterCommit.class.getName());

  private final Consumer<Runnable> transaction;

  protected AfterCommit() { // for the client proxy
    this.transaction = null;
  }

  @Inject
  public AfterCommit(CallersTransaction transaction) {
    this.transaction =
        work -> {
          switch (transaction.state()) {
            case NONE -> runLogged(work);
            case ACTIVE -> transaction.completion().afterCommit(work);
            case DOOMED -> {}
          }
        };
  }

  private AfterCommit(Consumer<Runnable> transaction) {
    this.transaction = transaction;
  }

  /** For tests without transactions: does everything at once. */
  static AfterCommit atOnce() {
    return new AfterCommit(Runnable::run);
  }

  /**
   * Does the work after the commit of the present transaction, on the thread that commits; at once
   * where there is none. It must be short, and cannot fail what was committed.
   */
  public void run(Runnable work) {
    transaction.accept(work);
  }

  static void runLogged(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "What follows a commit failed; the tail sweep makes up for events", e);
    }
  }
}
