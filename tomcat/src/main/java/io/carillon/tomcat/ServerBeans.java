package io.carillon.tomcat;

import io.carillon.config.Settings;
import io.carillon.node.Database;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.transaction.TransactionScoped;
import org.hibernate.Session;

/**
 * What the application injects and this server supplies: its settings, the database, threads. Weld
 * makes this extension itself, from a list of services, so the server that is starting hands its
 * parts over through the thread that starts it.
 */
public final class ServerBeans implements Extension {
  private static final ThreadLocal<Parts> STARTING = new ThreadLocal<>();

  /** Of the one application whose loader has this class; null where several share it. */
  private static volatile Parts deployed;

  private final Parts parts = STARTING.get() == null ? deployed : STARTING.get();

  /** For Weld. */
  public ServerBeans() {}

  /** The parts of one server. */
  record Parts(Settings settings, Storage storage, Workers workers) {}

  /** A start of Weld, which may fail. */
  interface Start<E extends Exception> {
    void run() throws E;
  }

  /** Runs a start of Weld that will find these parts. */
  static <E extends Exception> void handOver(Parts parts, Start<E> start) throws E {
    STARTING.set(parts);
    try {
      start.run();
    } finally {
      STARTING.remove();
    }
  }

  /**
   * Keeps the parts for a start of Weld by somebody else, as of a WAR on a stock Tomcat; null
   * forgets them.
   */
  static void keep(Parts parts) {
    deployed = parts;
  }

  void remember(@Observes BeforeBeanDiscovery discovery, BeanManager beans) {
    CurrentCdi.remember(beans);
  }

  void addBeans(@Observes AfterBeanDiscovery discovery) {
    if (parts == null) {
      throw new IllegalStateException("Weld was started before the server's parts were made");
    }
    // No proxies for what has no empty constructor, or is asked for in a hot path.
    discovery
        .<Settings>addBean()
        .types(Settings.class)
        .scope(Dependent.class)
        .produceWith(instance -> parts.settings());
    discovery
        .<Database>addBean()
        .types(Database.class)
        .scope(Dependent.class)
        .produceWith(instance -> parts.storage());
    discovery
        .<MeterBinder>addBean()
        .types(MeterBinder.class)
        .scope(Dependent.class)
        .produceWith(instance -> parts.storage().meters());
    discovery
        .<Workers>addBean()
        .types(Workers.class)
        .scope(Dependent.class)
        .produceWith(instance -> parts.workers());
    // Behind a proxy: whoever injects it is not held up while the database is still opening.
    discovery
        .<EntityManagerFactory>addBean()
        .types(EntityManagerFactory.class)
        .scope(ApplicationScoped.class)
        .produceWith(instance -> parts.storage().entityManagerFactory());
    // One for each transaction, as a server's container-managed one; none outside of it.
    discovery
        .<EntityManager>addBean()
        // Weld answers with its proxy where the bean answers with itself, and that is what a call
        // of
        // unwrap(Session.class) does: so the proxy has to be a Session, too.
        .types(EntityManager.class, Session.class)
        .scope(TransactionScoped.class)
        .produceWith(instance -> parts.storage().entityManagerFactory().createEntityManager())
        .disposeWith((entities, instance) -> entities.close());
  }
}
