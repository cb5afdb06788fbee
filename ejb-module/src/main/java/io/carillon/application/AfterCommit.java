package io.carillon.application;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/**
 * Work that must not be seen before the present transaction is durable, and never if it rolls back:
 * what the bus is told. Carried by CDI's transactional observers, which every server has.
 */
@ApplicationScoped
public class AfterCommit {
  private static final Logger LOG = System.getLogger(AfterCommit.class.getName());

  private final Consumer<Task> transaction;

  /** What is to be done; public only since CDI hands it over. */
  public record Task(Runnable work) {}

  protected AfterCommit() { // for the client proxy
    this.transaction = null;
  }

  @Inject
  public AfterCommit(Event<Task> transaction) {
    this.transaction = transaction::fire;
  }

  private AfterCommit(Consumer<Task> transaction) {
    this.transaction = transaction;
  }

  /** For tests without transactions: does everything at once. */
  static AfterCommit atOnce() {
    return new AfterCommit(task -> task.work().run());
  }

  /**
   * Does the work after the commit of the present transaction, on the thread that commits; at once
   * where there is none. It must be short, and cannot fail what was committed.
   */
  public void run(Runnable work) {
    transaction.accept(new Task(work));
  }

  void committed(@Observes(during = TransactionPhase.AFTER_SUCCESS) Task task) {
    try {
      task.work().run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "What follows a commit failed; the tail sweep makes up for events", e);
    }
  }
}
