package io.carillon.tomcat;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.CDIProvider;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.weld.AbstractCDI;

/**
 * Answers {@code CDI.current()} when several servers run in one process: the thread's context class
 * loader tells whose thread it is. Weld's own answer knows a single server. Any thread may call.
 */
final class CurrentCdi implements CDIProvider {
  private static final CurrentCdi PROVIDER = new CurrentCdi();

  private final Map<ClassLoader, ServerCdi> byLoader = new ConcurrentHashMap<>();

  private CurrentCdi() {}

  /** Makes the application whose loader is the current thread's known, until it is forgotten. */
  static void remember(BeanManager beans) {
    PROVIDER.byLoader.put(currentLoader(), new ServerCdi(beans));
    CDI.setCDIProvider(PROVIDER); // again for each: the same one
  }

  /** A bean of the application whose loader this is, which must be running. */
  static <T> T bean(ClassLoader loader, Class<T> type) {
    return PROVIDER.byLoader.get(loader).select(type).get();
  }

  /** Forgets the application whose loader this is. */
  static void forget(ClassLoader loader) {
    PROVIDER.byLoader.remove(loader);
  }

  @Override
  public CDI<Object> getCDI() {
    for (ClassLoader loader = currentLoader(); loader != null; loader = loader.getParent()) {
      ServerCdi found = byLoader.get(loader);
      if (found != null) {
        return found;
      }
    }
    // A thread of nobody's, a test's for example: clear all the same when there is one server.
    Collection<ServerCdi> all = byLoader.values();
    if (all.size() == 1) {
      return all.iterator().next();
    }
    throw new IllegalStateException(
        "no CDI container belongs to this thread; " + all.size() + " are running");
  }

  private static ClassLoader currentLoader() {
    return Thread.currentThread().getContextClassLoader();
  }

  /** One application's beans. */
  private static final class ServerCdi extends AbstractCDI<Object> {
    private final BeanManager beans;

    ServerCdi(BeanManager beans) {
      this.beans = beans;
    }

    @Override
    public BeanManager getBeanManager() {
      return beans;
    }
  }
}
