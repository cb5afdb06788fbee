package io.carillon.persistence;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Persistence;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import javax.sql.ConnectionPoolDataSource;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.java.JavaType;
import org.hibernate.type.format.FormatMapper;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** A database with the product's schema and persistence unit, and a pool of connections to it. */
final class TestDatabase implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 16;

  private interface Server {
    void stop() throws IOException;
  }

  private final JdbcConnectionPool pool;
  private final EntityManagerFactory factory;
  private final TestTransactions transactions;
  private final Server server;

  private TestDatabase(ConnectionPoolDataSource source, Server server) {
    this.server = server;
    pool = JdbcConnectionPool.create(source);
    pool.setMaxConnections(MAX_CONNECTIONS);
    SchemaMigration.run(pool);
    factory = Persistence.createEntityManagerFactory("carillon", settings());
    transactions = new TestTransactions(factory);
  }

  /** In memory. */
  static TestDatabase h2() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000");
    return new TestDatabase(source, () -> {});
  }

  /** A server of its own, on a free port. */
  static TestDatabase postgres() throws IOException {
    EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
    PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
    source.setUrl(postgres.getJdbcUrl("postgres", "postgres"));
    source.setUser("postgres");
    source.setReWriteBatchedInserts(true);
    return new TestDatabase(source, postgres::close);
  }

  /** What replaces the server's part of persistence.xml. */
  Map<String, Object> settings() {
    return Map.of(
        "jakarta.persistence.transactionType",
        "RESOURCE_LOCAL",
        "jakarta.persistence.nonJtaDataSource",
        pool,
        // The JSON-B API is here without an implementation, and Hibernate asks for one.
        "hibernate.type.json_format_mapper",
        new NoJson());
  }

  TestTransactions transactions() {
    return transactions;
  }

  DataSource dataSource() {
    return pool;
  }

  EntityManagerFactory factory() {
    return factory;
  }

  void execute(String sql) throws SQLException {
    try (var connection = pool.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws IOException {
    factory.close();
    pool.dispose();
    server.stop();
  }

  /** No column is JSON to Hibernate. */
  private static final class NoJson implements FormatMapper {
    @Override
    public <T> T fromString(
        CharSequence text, JavaType<T> javaType, WrapperOptions wrapperOptions) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> String toString(T value, JavaType<T> javaType, WrapperOptions wrapperOptions) {
      throw new UnsupportedOperationException();
    }
  }
}
