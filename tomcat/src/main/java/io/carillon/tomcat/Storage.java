package io.carillon.tomcat;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration.TransactionIsolation;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.carillon.config.Settings;
import io.carillon.persistence.SchemaMigration;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.sql.DataSource;
import org.hibernate.engine.transaction.jta.platform.internal.JBossStandAloneJtaPlatform;

/**
 * The database: a pool that takes part in transactions, the schema, the persistence unit. Migrating
 * and mapping go on in a thread of their own while the rest of the server starts; whoever needs the
 * persistence unit waits for it.
 */
final class Storage implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Storage.class.getName());
  private static final String UNIT = "carillon";
  private static final Duration IDLE_VALIDATION = Duration.ofSeconds(10);

  /**
   * Appends to one channel wait for each other. H2 would give up after a second or two; PostgreSQL
   * never, not even when a node hangs that holds the channel.
   */
  private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

  private final AgroalDataSource pool;
  private final CompletableFuture<EntityManagerFactory> unit = new CompletableFuture<>();

  private Storage(AgroalDataSource pool) {
    this.pool = pool;
  }

  /**
   * Starts to open the database.
   *
   * @throws IllegalStateException if the pool cannot be made; what the database itself refuses is
   *     told by {@link #entityManagerFactory}
   */
  static Storage open(Settings.Database settings) {
    AgroalDataSource pool;
    try {
      pool = AgroalDataSource.from(configuration(settings));
    } catch (SQLException e) {
      throw new IllegalStateException("cannot make a pool of database connections", e);
    }
    Storage storage = new Storage(pool);
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Thread opener = new Thread(storage::openUnit, "carillon-storage");
    opener.setContextClassLoader(loader);
    opener.start();
    return storage;
  }

  DataSource dataSource() {
    return pool;
  }

  MeterBinder meters() {
    return new PoolMeters(pool);
  }

  /**
   * The persistence unit, waited for.
   *
   * @throws IllegalStateException if the database could not be reached, migrated or mapped
   */
  EntityManagerFactory entityManagerFactory() {
    try {
      return unit.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("cannot open the database: " + rootOf(e), e.getCause());
    }
  }

  @Override
  public void close() {
    unit.handle(
            (factory, failure) -> {
              if (factory != null) {
                factory.close();
              }
              return null;
            })
        .join();
    pool.close(); // the last connection's end closes an H2 file
  }

  private void openUnit() {
    try {
      int scripts = SchemaMigration.run(pool);
      if (scripts > 0) {
        LOG.log(Level.INFO, "Database schema brought up to date by {0} scripts", scripts);
      }
      unit.complete(
          Persistence.createEntityManagerFactory(
              UNIT,
              Map.of(
                  "jakarta.persistence.jtaDataSource",
                  pool,
                  "hibernate.transaction.jta.platform",
                  new JBossStandAloneJtaPlatform())));
    } catch (Throwable e) {
      unit.completeExceptionally(e); // an Error too: otherwise the start would wait for ever
    }
  }

  private static AgroalDataSourceConfigurationSupplier configuration(Settings.Database settings) {
    return new AgroalDataSourceConfigurationSupplier()
        .metricsEnabled(true)
        .connectionPoolConfiguration(
            pool ->
                pool.maxSize(settings.poolSize())
                    .acquisitionTimeout(settings.maxWait())
                    // A connection that the network lost is found before it is handed out.
                    .idleValidationTimeout(IDLE_VALIDATION)
                    .connectionValidator(
                        io.agroal.api.configuration.AgroalConnectionPoolConfiguration
                            .ConnectionValidator.defaultValidator())
                    .transactionIntegration(
                        new NarayanaTransactionIntegration(
                            Transactions.manager(), Transactions.registry()))
                    .connectionFactoryConfiguration(factory -> connections(factory, settings)));
  }

  private static AgroalConnectionFactoryConfigurationSupplier connections(
      AgroalConnectionFactoryConfigurationSupplier factory, Settings.Database settings) {
    factory
        .jdbcUrl(settings.url())
        .jdbcTransactionIsolation(TransactionIsolation.READ_COMMITTED)
        .trackJdbcResources(false);
    if (!settings.user().isEmpty()) {
      factory.principal(new NamePrincipal(settings.user()));
    }
    if (settings.password().isPresent()) {
      factory.credential(new SimplePassword(settings.password().value()));
    }
    if (settings.isH2()) {
      factory.connectionProviderClassName("org.h2.Driver");
      // The server closes it, after the last transaction; H2's own hook would not wait for that.
      factory.jdbcProperty("DB_CLOSE_ON_EXIT", "FALSE");
      factory.jdbcProperty("LOCK_TIMEOUT", Long.toString(LOCK_WAIT.toMillis()));
    } else {
      factory.connectionProviderClassName("org.postgresql.Driver");
      factory.jdbcProperty("ApplicationName", "carillon");
      factory.jdbcProperty("reWriteBatchedInserts", "true");
      factory.jdbcProperty("tcpKeepAlive", "true");
      factory.jdbcProperty("options", "-c lock_timeout=" + LOCK_WAIT.toMillis());
    }
    return factory;
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
