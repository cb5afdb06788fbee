package io.carillon.tomcat;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.coordinator.TransactionReaper;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.time.Duration;
import org.jboss.weld.transaction.spi.TransactionServices;

/**
 * Jakarta Transactions by Narayana, one manager for the whole process. Weld finds this class as its
 * {@link TransactionServices}: without it an observer that asks to be told after a commit is told
 * at once, before it, and again as if the transaction had failed.
 */
public final class Transactions implements TransactionServices {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** For Weld, which makes one for each application. */
  public Transactions() {}

  /** Sets Narayana up; to be called before anything asks for the manager. */
  static void configure() {
    // One resource takes part, so a transaction ends in one phase and there is nothing to recover:
    // no files, although the manager insists on a store.
    for (String store : new String[] {null, "communicationStore", "stateStore"}) {
      BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
          .setObjectStoreType(VolatileStore.class.getName());
    }
    CoordinatorEnvironmentBean coordinator =
        BeanPopulator.getDefaultInstance(CoordinatorEnvironmentBean.class);
    coordinator.setTransactionStatusManagerEnable(false); // a listening socket, for recovery only
    coordinator.setDefaultTimeout(Math.toIntExact(TIMEOUT.toSeconds()));
    try {
      BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier("carillon");
    } catch (CoreEnvironmentBeanException e) {
      throw new IllegalStateException(e); // the name is a valid one
    }
    // Its threads belong to the process: here they get no loader of an application's.
    TransactionReaper.instantiate();
  }

  /** Ends Narayana's threads, where its classes are one application's and go with it. */
  static void end() {
    TransactionReaper.terminate(false);
  }

  static TransactionManager manager() {
    return com.arjuna.ats.jta.TransactionManager.transactionManager();
  }

  static TransactionSynchronizationRegistry registry() {
    return com.arjuna
        .ats
        .jta
        .common
        .jtaPropertyManager
        .getJTAEnvironmentBean()
        .getTransactionSynchronizationRegistry();
  }

  @Override
  public void registerSynchronization(Synchronization synchronization) {
    try {
      manager().getTransaction().registerSynchronization(synchronization);
    } catch (SystemException | RollbackException e) {
      throw new IllegalStateException("cannot wait for the end of the transaction", e);
    }
  }

  @Override
  public boolean isTransactionActive() {
    try {
      int status = manager().getStatus();
      return status == Status.STATUS_ACTIVE || status == Status.STATUS_MARKED_ROLLBACK;
    } catch (SystemException e) {
      throw new IllegalStateException("cannot tell the state of the transaction", e);
    }
  }

  @Override
  public UserTransaction getUserTransaction() {
    return com.arjuna.ats.jta.UserTransaction.userTransaction();
  }

  @Override
  public void cleanup() {
    // Narayana belongs to the process, not to one application.
  }
}
