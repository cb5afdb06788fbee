package io.carillon.check;

import jakarta.enterprise.event.Observes;
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

  void add(@Observes BeforeBeanDiscovery discovery) {
    for (Class<?> type : classes) {
      discovery.addAnnotatedType(type, "test:" + type.getName());
    }
  }
}
