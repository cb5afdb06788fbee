package io.carillon.persistence;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.transaction.Transactional;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

/**
 * What a container does around {@code @Transactional}, over one plain database: a transaction and
 * an entity manager for each outermost call, joined by the calls inside it, rolled back by a {@code
 * RuntimeException} or {@code Error} that leaves a method.
 *
 * <p>A method without the annotation cannot reach the entity manager, so a forgotten one fails here
 * as it does on embedded Tomcat.
 */
final class TestTransactions {
  private final EntityManagerFactory factory;
  private final ThreadLocal<EntityManager> current = new ThreadLocal<>();
  private final EntityManager entities;

  TestTransactions(EntityManagerFactory factory) {
    this.factory = factory;
    this.entities =
        proxy(EntityManager.class, (method, arguments) -> call(present(), method, arguments));
  }

  /** The entity manager to inject: that of the calling thread's transaction. */
  EntityManager entities() {
    return entities;
  }

  private EntityManager present() {
    EntityManager present = current.get();
    if (present == null) {
      throw new IllegalStateException("no transaction: is @Transactional missing?");
    }
    return present;
  }

  /** Runs the work in one transaction, or in the one that the thread has. */
  <T> T run(Callable<T> work) {
    if (current.get() != null) {
      return joined(work);
    }
    try (EntityManager own = factory.createEntityManager()) {
      current.set(own);
      own.getTransaction().begin();
      try {
        T result = work.call();
        if (own.getTransaction().getRollbackOnly()) {
          throw new IllegalStateException("the transaction was marked for rollback");
        }
        own.getTransaction().commit();
        return result;
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      } finally {
        current.remove();
        if (own.getTransaction().isActive()) {
          own.getTransaction().rollback();
        }
      }
    }
  }

  private <T> T joined(Callable<T> work) {
    try {
      return work.call();
    } catch (RuntimeException | Error e) {
      present().getTransaction().setRollbackOnly();
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The repository behind an interceptor. */
  <T> T around(Class<T> type, T repository) {
    return proxy(type, (method, arguments) -> intercept(repository, method, arguments));
  }

  private Object intercept(Object repository, Method method, Object[] arguments) throws Throwable {
    Transactional annotation =
        repository
            .getClass()
            .getMethod(method.getName(), method.getParameterTypes())
            .getAnnotation(Transactional.class);
    if (annotation == null) {
      return call(repository, method, arguments);
    }
    if (annotation.value() == Transactional.TxType.MANDATORY) {
      present();
    }
    return run(
        () -> {
          try {
            return call(repository, method, arguments);
          } catch (RuntimeException | Error e) {
            throw e;
          } catch (Throwable e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private interface Handler {
    Object handle(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> handler.handle(method, arguments)));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
