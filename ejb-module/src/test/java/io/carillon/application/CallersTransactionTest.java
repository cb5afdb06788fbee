package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallersTransactionTest {
  private final Registry registry = new Registry();
  private final CallersTransaction transaction = new CallersTransaction(registry);
  private final AfterCommit afterCommit = new AfterCommit(transaction);
  private final List<String> done = new ArrayList<>();

  /** One transaction, which ends when told. */
  private static final class Registry implements TransactionSynchronizationRegistry {
    private final Map<Object, Object> resources = new HashMap<>();
    private final List<Synchronization> interposed = new ArrayList<>();
    private int status = Status.STATUS_NO_TRANSACTION;

    void end(int outcome) {
      status = outcome;
      interposed.forEach(one -> one.afterCompletion(outcome));
    }

    @Override
    public Object getTransactionKey() {
      return this;
    }

    @Override
    public void putResource(Object key, Object value) {
      resources.put(key, value);
    }

    @Override
    public Object getResource(Object key) {
      return resources.get(key);
    }

    @Override
    public void registerInterposedSynchronization(Synchronization one) {
      interposed.add(one);
    }

    @Override
    public int getTransactionStatus() {
      return status;
    }

    @Override
    public void setRollbackOnly() {
      status = Status.STATUS_MARKED_ROLLBACK;
    }

    @Override
    public boolean getRollbackOnly() {
      return status == Status.STATUS_MARKED_ROLLBACK;
    }
  }

  private void failing() {
    throw new IllegalStateException("test");
  }

  @Test
  void doesItAtOnceWithoutATransaction() {
    afterCommit.run(() -> done.add("work"));
    assertThat(done).containsExactly("work");
  }

  @Test
  void doesItInOrderAfterTheCommitWhateverFails() {
    registry.status = Status.STATUS_ACTIVE;
    afterCommit.run(() -> done.add("first"));
    afterCommit.run(this::failing);
    afterCommit.run(() -> done.add("last"));
    assertThat(done).isEmpty();
    assertThat(registry.interposed).hasSize(1);
    registry.end(Status.STATUS_COMMITTED);
    assertThat(done).containsExactly("first", "last");
    afterCommit.run(() -> done.add("after the end"));
    assertThat(done).endsWith("after the end");
  }

  @Test
  void forgetsItWithARollback() {
    registry.status = Status.STATUS_ACTIVE;
    afterCommit.run(() -> done.add("never"));
    transaction.doom();
    afterCommit.run(() -> done.add("nor this"));
    registry.end(Status.STATUS_ROLLEDBACK);
    assertThat(done).isEmpty();
  }

  @Test
  void worksWithTheLoaderOfItsOwnApplication() {
    Thread thread = Thread.currentThread();
    ClassLoader own = thread.getContextClassLoader();
    registry.status = Status.STATUS_ACTIVE;
    List<ClassLoader> seen = new ArrayList<>();
    afterCommit.run(() -> seen.add(thread.getContextClassLoader()));
    ClassLoader callers = new ClassLoader(own) {};
    thread.setContextClassLoader(callers);
    try {
      registry.end(Status.STATUS_COMMITTED);
      assertThat(thread.getContextClassLoader()).isSameAs(callers);
    } finally {
      thread.setContextClassLoader(own);
    }
    assertThat(seen).containsExactly(own);
  }
}
