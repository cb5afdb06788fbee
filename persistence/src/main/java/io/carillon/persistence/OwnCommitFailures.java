package io.carillon.persistence;

import jakarta.annotation.Priority;
import jakarta.interceptor.Interceptor;
import jakarta.transaction.Transactional;

/**
 * The same for methods that have a transaction of their own: to the container that is another
 * binding, which {@link CommitFailures} does not stand for.
 */
@Interceptor
@Transactional(Transactional.TxType.REQUIRES_NEW)
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 100)
public class OwnCommitFailures extends CommitFailures {

  /** For the container. */
  public OwnCommitFailures() {}
}
