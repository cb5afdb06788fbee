package io.carillon.persistence;

import io.carillon.domain.node.NodeRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.time.Duration;

/** The nodes in a relational database. Any thread. */
@ApplicationScoped
public class JpaNodeRepository implements NodeRepository {
  private static final long KEPT_MILLIS = Duration.ofDays(1).toMillis();

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
  public void seen(String id, long startedAtMillis, long nowMillis, int timeoutMillis) {
    int updated =
        statement("update node_sighting set seen_at = :now where id = :id", timeoutMillis)
            .setParameter("now", nowMillis)
            .setParameter("id", id)
            .executeUpdate();
    if (updated > 0) {
      return;
    }
    // The first time. Rows of nodes long gone are nobody else's to write.
    statement("delete from node_sighting where seen_at < :old", timeoutMillis)
        .setParameter("old", nowMillis - KEPT_MILLIS)
        .executeUpdate();
    statement(
            "insert into node_sighting (id, started_at, seen_at) values (:id, :started, :now)",
            timeoutMillis)
        .setParameter("id", id)
        .setParameter("started", startedAtMillis)
        .setParameter("now", nowMillis)
        .executeUpdate();
  }

  private Query statement(String sql, int timeoutMillis) {
    return entities
        .createNativeQuery(sql)
        .setHint("jakarta.persistence.query.timeout", timeoutMillis);
  }
}
