package io.carillon.check;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import java.util.List;
import java.util.function.Supplier;

/**
 * Beans of a test inside the server that it starts, as if a module of an application's own were
 * added to Carillon's. Weld finds this by the list of services in the tests' resources; all other
 * servers go without.
 */
public final class TestBeans implements Extension {
  private static final ThreadLocal<List<Class<?>>> STARTING = ThreadLocal.withInitial(List::of);

  /** Of the server that was started last with beans of a test: others may run in this JVM, too. */
  private static volatile BeanManager latest;

  private final List<Class<?>> classes = STARTING.get();

  /** For Weld. */
  public TestBeans() {}

  /** Starts a server, on this thread, that has these beans too. */
  static <T> T in(Supplier<T> start, Class<?>... beans) {
    STARTING.set(List.of(beans));
    try {
      return start.get();
    } finally {
      STARTING.remove();
    }
  }

  /** A bean of the server that was started so. */
  static <T> T get(Class<T> type) {
    return latest.createInstance().select(type).get();
  }

  void remember(@Observes AfterDeploymentValidation deployed, BeanManager beans) {
    if (!classes.isEmpty()) {
      latest = beans;
    }
  }

  void add(@Observes BeforeBeanDiscovery discovery) {
    for (Class<?> type : classes) {
      discovery.addAnnotatedType(type, "test:" + type.getName());
    }
  }
}
