package io.carillon.persistence;

import io.carillon.domain.node.NodeReport;
import io.carillon.domain.node.NodeRepository;
import io.carillon.domain.node.SeenNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The nodes in a relational database. Any thread. */
@ApplicationScoped
public class JpaNodeRepository implements NodeRepository {
  /** The database's own clock, in epoch milliseconds; both databases understand it. */
  private static final String NOW = "cast(extract(epoch from current_timestamp) * 1000 as bigint)";

  private static final String UPDATE =
      "update node_sighting set seen_at = "
          + NOW
          + ", node_state = :state, connections = :connections, load_percent = :load"
          + " where id = :run";
  private static final String INSERT =
      "insert into node_sighting (id, started_at, seen_at, node_name, node_version, node_state,"
          + " connections, load_percent) values (:run, :started, "
          + NOW
          + ", :name, :version, :state, :connections, :load)";
  private static final String LIST =
      "select id, node_name, node_version, started_at, node_state, connections, load_percent,"
          + " seen_at, "
          + NOW
          + " - seen_at from node_sighting order by node_name, started_at, id";

  private final EntityManager entities;

  protected JpaNodeRepository() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaNodeRepository(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public void seen(NodeReport node, int timeoutMillis) {
    if (changing(statement(UPDATE, timeoutMillis), node).executeUpdate() == 0) {
      // The first time, or it was silent for so long that others have removed it.
      changing(statement(INSERT, timeoutMillis), node)
          .setParameter("started", node.startedAtMillis())
          .setParameter("name", node.name())
          .setParameter("version", node.version())
          .executeUpdate();
    }
  }

  private static Query changing(Query statement, NodeReport node) {
    return statement
        .setParameter("run", node.run())
        .setParameter("state", node.state().name())
        .setParameter("connections", node.connections())
        .setParameter("load", node.loadPercent());
  }

  @Override
  @Transactional
  public void remove(String run, int timeoutMillis) {
    statement("delete from node_sighting where id = :run", timeoutMillis)
        .setParameter("run", run)
        .executeUpdate();
  }

  @Override
  @Transactional
  public List<SeenNode> list() {
    return Jdbc.inTransactionOf(entities, JpaNodeRepository::read);
  }

  private static List<SeenNode> read(Connection connection) throws SQLException {
    List<SeenNode> nodes = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LIST)) {
      while (row.next()) {
        NodeReport report =
            new NodeReport(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                state(row.getString(5)),
                row.getInt(6),
                row.getInt(7));
        nodes.add(new SeenNode(report, row.getLong(8), row.getLong(9)));
      }
    }
    return nodes;
  }

  /** A newer version may know more states; whatever they are, its node is there. */
  private static NodeReport.State state(String name) {
    return name.equals(NodeReport.State.DRAINING.name())
        ? NodeReport.State.DRAINING
        : NodeReport.State.UP;
  }

  @Override
  @Transactional
  public int purge(long silentMillis) {
    return entities
        .createNativeQuery("delete from node_sighting where seen_at < " + NOW + " - :silent")
        .setParameter("silent", silentMillis)
        .executeUpdate();
  }

  private Query statement(String sql, int timeoutMillis) {
    return entities
        .createNativeQuery(sql)
        .setHint("jakarta.persistence.query.timeout", timeoutMillis);
  }
}
