package io.carillon.tomcat;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.cache.ConnectionCache;
import io.agroal.api.configuration.AgroalConnectionFactoryConfiguration.TransactionIsolation;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalConnectionPoolConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.carillon.config.Settings;
import io.carillon.node.Database;
import io.carillon.persistence.DatabaseOutage;
import io.carillon.persistence.Durability;
import io.carillon.persistence.PatientStart;
import io.carillon.persistence.SchemaMigration;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.hibernate.engine.transaction.jta.platform.internal.JBossStandAloneJtaPlatform;
import org.hibernate.service.spi.ServiceException;

/**
 * The database: a pool that takes part in transactions, the schema, the persistence unit. Migrating
 * and mapping go on in a thread of their own while the rest of the server starts; whoever needs the
 * persistence unit waits for it.
 */
final class Storage implements Database, AutoCloseable {
  private static final Logger LOG = System.getLogger(Storage.class.getName());
  private static final String UNIT = "carillon";
  private static final Duration IDLE_VALIDATION = Duration.ofSeconds(10);

  /** Appends to one channel wait for each other. H2 would give up after a second or two. */
  private static final Duration H2_LOCK_WAIT = Duration.ofSeconds(10);

  /** How each connection to H2 is made. */
  static final Map<String, String> H2_PROPERTIES =
      Map.of(
          // The server closes it, after the last transaction; H2's own hook would not wait for
          // that.
          "DB_CLOSE_ON_EXIT",
          "FALSE",
          // A commit is in the file when it returns. Half a second later, as by default, a process
          // that is killed in between takes with it what was acknowledged.
          "WRITE_DELAY",
          "0",
          "LOCK_TIMEOUT",
          Long.toString(H2_LOCK_WAIT.toMillis()));

  /** To reach PostgreSQL and be let in. */
  private static final Duration MAX_LOGIN = Duration.ofSeconds(2);

  /** So much later than PostgreSQL ends a statement its answer must be there. */
  private static final Duration ANSWER_GRACE = Duration.ofMillis(500);

  private final Settings.Database settings;
  private final boolean ownThreads;
  private final AgroalDataSource pool;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CompletableFuture<EntityManagerFactory> unit = new CompletableFuture<>();

  private Storage(Settings.Database settings, boolean ownThreads) throws SQLException {
    this.settings = settings;
    this.ownThreads = ownThreads;
    this.pool = AgroalDataSource.from(pool());
  }

  /**
   * Starts to open the database.
   *
   * @param ownThreads whether the threads that use it end with it: then each keeps at hand the
   *     connection that it had last. Others would keep classes of an application that is gone.
   * @throws IllegalStateException if the pool cannot be made; what the database itself refuses is
   *     told by {@link #entityManagerFactory}
   */
  static Storage open(Settings.Database settings, boolean ownThreads) {
    Storage storage;
    try {
      storage = new Storage(settings, ownThreads);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot make a pool of database connections", e);
    }
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Thread opener = new Thread(storage::openUnit, "carillon-storage");
    opener.setContextClassLoader(loader);
    opener.start();
    return storage;
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
  public void prepare() {
    entityManagerFactory();
  }

  @Override
  public void close() {
    closing.countDown();
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
      unit.complete(
          PatientStart.call(
              () -> {
                bringUpToDate();
                return createUnit();
              },
              Storage::mayPass,
              closing));
    } catch (Throwable e) {
      unit.completeExceptionally(e); // an Error too: otherwise the start would wait for ever
    }
  }

  /**
   * Whether it is the database that was away. Hibernate asks it what it is, and if that fails says
   * only that a service of its own cannot be made.
   */
  private static boolean mayPass(Throwable failure) {
    return DatabaseOutage.isUnreachable(failure)
        || failure instanceof ServiceException
        || failure.getCause() instanceof ServiceException;
  }

  private EntityManagerFactory createUnit() {
    return Persistence.createEntityManagerFactory(
        UNIT,
        Map.of(
            "jakarta.persistence.jtaDataSource",
            pool,
            "hibernate.transaction.jta.platform",
            new JBossStandAloneJtaPlatform()));
  }

  private void bringUpToDate() throws SQLException {
    if (settings.isH2()) {
      migrate(pool); // whose connections keep a database open that is in memory alone
      return;
    }
    // Over connections without time limits: a script may have much to do.
    try (AgroalDataSource patient =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    few -> few.maxSize(2).connectionFactoryConfiguration(this::connections)))) {
      try (Connection connection = patient.getConnection()) {
        Durability.check(connection, settings.allowUnsafe());
      }
      migrate(patient);
    }
  }

  private static void migrate(DataSource database) {
    int scripts = SchemaMigration.run(database);
    if (scripts > 0) {
      LOG.log(Level.INFO, "Database schema brought up to date by {0} scripts", scripts);
    }
  }

  private AgroalDataSourceConfigurationSupplier pool() {
    return new AgroalDataSourceConfigurationSupplier()
        .metricsEnabled(true)
        .connectionPoolConfiguration(
            pool ->
                keepAtHand(pool)
                    .maxSize(settings.poolSize())
                    .acquisitionTimeout(settings.maxWait())
                    // A connection that the network lost is found before it is handed out.
                    .idleValidationTimeout(IDLE_VALIDATION)
                    .connectionValidator(ConnectionValidator.defaultValidator())
                    .exceptionSorter(this::isFatal)
                    .transactionIntegration(
                        new NarayanaTransactionIntegration(
                            Transactions.manager(), Transactions.registry()))
                    .connectionFactoryConfiguration(factory -> limitTimes(connections(factory))));
  }

  private AgroalConnectionPoolConfigurationSupplier keepAtHand(
      AgroalConnectionPoolConfigurationSupplier pool) {
    return ownThreads ? pool : pool.connectionCache(ConnectionCache.none());
  }

  /**
   * Whether a connection is of no more use. Those that wait in the pool are then as likely as not
   * to be dead as well, and each would cost its user the time limit to find that out.
   */
  private boolean isFatal(SQLException failure) {
    boolean fatal = DatabaseOutage.endsConnection(failure);
    if (fatal) {
      pool.flush(AgroalDataSource.FlushMode.IDLE);
    }
    return fatal;
  }

  private AgroalConnectionFactoryConfigurationSupplier connections(
      AgroalConnectionFactoryConfigurationSupplier factory) {
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
      H2_PROPERTIES.forEach(factory::jdbcProperty);
    } else {
      factory.connectionProviderClassName("org.postgresql.Driver");
      factory.jdbcProperty("ApplicationName", "carillon");
      factory.jdbcProperty("reWriteBatchedInserts", "true");
      factory.jdbcProperty("tcpKeepAlive", "true");
      factory.jdbcProperty("connectTimeout", Long.toString(MAX_LOGIN.toSeconds()));
      factory.jdbcProperty("loginTimeout", Long.toString(MAX_LOGIN.toSeconds()));
    }
    return factory;
  }

  /** Nobody waits for ever for a PostgreSQL that has stopped, nor for a node that has. */
  private AgroalConnectionFactoryConfigurationSupplier limitTimes(
      AgroalConnectionFactoryConfigurationSupplier factory) {
    if (!settings.isH2()) {
      long statementMillis = settings.statementTimeout().toMillis();
      factory.jdbcProperty(
          "options",
          "-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d"
              .formatted(
                  statementMillis, statementMillis, settings.maxIdleInTransaction().toMillis()));
      factory.networkTimeout(settings.statementTimeout().plus(ANSWER_GRACE));
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
