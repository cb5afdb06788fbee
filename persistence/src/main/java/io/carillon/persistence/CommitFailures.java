package io.carillon.persistence;

import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.transaction.Transactional;
import jakarta.transaction.TransactionalException;

/**
 * Lets no checked exception out of a transactional method. A commit that fails, for instance
 * because the database is killed in the middle of it, makes the server's own interceptor throw a
 * {@code RollbackException} through methods that declare none: past every {@code catch
 * (RuntimeException e)}, so that threads end which were to live as long as the node.
 *
 * <p>Each type of transaction is a binding of its own; {@link OwnCommitFailures} is for the other
 * one that commits.
 */
@Interceptor
@Transactional
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 100) // around the server's, which is at 200
public class CommitFailures {

  /** For the container. */
  public CommitFailures() {}

  /** Calls the method, and what stands before it. */
  @AroundInvoke
  public Object call(InvocationContext call) throws Exception {
    try {
      return call.proceed();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new TransactionalException("the transaction did not commit", e);
    }
  }
}
