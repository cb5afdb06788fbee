package io.carillon.server;

import io.carillon.config.Settings;
import io.carillon.node.Database;
import io.carillon.persistence.Durability;
import io.carillon.persistence.PatientStart;
import io.carillon.persistence.SchemaMigration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** The server's data source {@code jdbc/carillon}, wherever this server keeps it in JNDI. */
@ApplicationScoped
public class ServerDatabase implements Database {
  private static final Logger LOG = System.getLogger(ServerDatabase.class.getName());

  /** WildFly, Payara, TomEE; there is no name that all three understand. */
  private static final List<String> NAMES =
      List.of("java:/jdbc/carillon", "jdbc/carillon", "openejb:Resource/jdbc/carillon");

  private final Settings settings;

  protected ServerDatabase() { // for the client proxy
    this.settings = null;
  }

  @Inject
  public ServerDatabase(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void prepare() {
    DataSource source = ServerResource.find(DataSource.class, "data source jdbc/carillon", NAMES);
    PatientStart.run(() -> prepare(source));
  }

  private void prepare(DataSource source) {
    try (Connection connection = source.getConnection()) {
      Durability.check(connection, settings.database().allowUnsafe());
    } catch (SQLException e) {
      throw new IllegalStateException("the data source jdbc/carillon does not connect", e);
    }
    int scripts = SchemaMigration.run(source);
    if (scripts > 0) {
      LOG.log(Level.INFO, "Database schema brought up to date by {0} scripts", scripts);
    }
  }
}
