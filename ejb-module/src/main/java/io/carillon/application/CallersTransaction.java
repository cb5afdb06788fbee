package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * The Jakarta Transactions transaction that the calling thread is in, whoever has begun it. By
 * interposed synchronizations, which all servers call last before a commit and first after it, and
 * which can be asked for at any time before. Any thread.
 */
@ApplicationScoped
public class CallersTransaction {
  private static final Logger LOG = System.getLogger(CallersTransaction.class.getName());
  private static final String REGISTRY = "java:comp/TransactionSynchronizationRegistry";

  /** What becomes of work that is asked for now. */
  public enum State {
    /** There is no transaction: it is done by itself. */
    NONE,
    /** It is done with the transaction. */
    ACTIVE,
    /** The transaction will be rolled back, and all that is asked of it with it. */
    DOOMED
  }

  private final Object key = new Object(); // several applications share a server's registry
  private final Supplier<TransactionSynchronizationRegistry> finder;
  private volatile TransactionSynchronizationRegistry registry; // null until it is needed

  protected CallersTransaction() { // for the client proxy
    this.finder = null;
  }

  @Inject
  public CallersTransaction(Instance<TransactionSynchronizationRegistry> beans) {
    // Some servers make a bean of it, the others have it in JNDI alone.
    this.finder = () -> beans.isResolvable() ? beans.get() : lookUp();
  }

  CallersTransaction(TransactionSynchronizationRegistry registry) {
    this.finder = () -> registry;
  }

  private static TransactionSynchronizationRegistry lookUp() {
    try {
      return InitialContext.doLookup(REGISTRY);
    } catch (NamingException e) {
      throw new IllegalStateException("the server has no " + REGISTRY, e);
    }
  }

  private TransactionSynchronizationRegistry registry() {
    TransactionSynchronizationRegistry found = registry;
    if (found == null) {
      found = finder.get();
      registry = found;
    }
    return found;
  }

  public State state() {
    return switch (registry().getTransactionStatus()) {
      case Status.STATUS_ACTIVE -> State.ACTIVE;
      case Status.STATUS_MARKED_ROLLBACK, Status.STATUS_ROLLING_BACK -> State.DOOMED;
      default -> State.NONE; // after its end the thread may still be in it
    };
  }

  /** Has the transaction rolled back, whatever its owner wants; nothing without one. */
  public void doom() {
    if (state() == State.ACTIVE) {
      registry().setRollbackOnly();
    }
  }

  /** The end of the present transaction; only while it is {@code ACTIVE}. */
  Completion completion() {
    TransactionSynchronizationRegistry transactions = registry();
    Completion present = (Completion) transactions.getResource(key);
    if (present == null) {
      present = new Completion(this);
      transactions.registerInterposedSynchronization(present);
      transactions.putResource(key, present);
    }
    return present;
  }

  /**
   * What is to be done at the end of one transaction. Of the thread that has the transaction; it
   * may be another one's turn after the end.
   */
  static final class Completion implements Synchronization {
    private final CallersTransaction owner;
    // The commit may be called by another application's code, with its loader on the thread.
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final List<Runnable> after = new ArrayList<>();
    private HeldWork held; // null for none
    private boolean carriedOut;

    private Completion(CallersTransaction owner) {
      this.owner = owner;
    }

    /**
     * The work that waits for the end of the transaction; made where there is none yet.
     *
     * @throws RealtimeException with {@code CONFLICT} once it has been carried out
     */
    HeldWork held(Supplier<HeldWork> maker) {
      if (carriedOut) {
        throw new RealtimeException(ErrorCode.CONFLICT, "the transaction is committing already");
      }
      if (held == null) {
        held = maker.get();
      }
      return held;
    }

    /** Does something after the commit, in the order in which it was asked for. */
    void afterCommit(Runnable work) {
      after.add(work);
    }

    @Override
    public void beforeCompletion() {
      carriedOut = true;
      if (held == null) {
        return;
      }
      withOwnLoader(
          () -> {
            try {
              held.carryOut();
            } catch (RuntimeException e) {
              LOG.log(Level.WARNING, "A transaction is rolled back: " + e);
              owner.doom(); // not every server takes the exception for a no
              throw e;
            }
          });
    }

    @Override
    public void afterCompletion(int status) {
      if (status == Status.STATUS_COMMITTED) {
        withOwnLoader(() -> after.forEach(AfterCommit::runLogged));
      }
    }

    private void withOwnLoader(Runnable work) {
      Thread thread = Thread.currentThread();
      ClassLoader present = thread.getContextClassLoader();
      thread.setContextClassLoader(loader);
      try {
        work.run();
      } finally {
        thread.setContextClassLoader(present);
      }
    }
  }
}
