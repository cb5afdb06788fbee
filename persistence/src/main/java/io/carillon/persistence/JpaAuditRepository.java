package io.carillon.persistence;

import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/** The audit in a relational database. Any thread. */
@ApplicationScoped
public class JpaAuditRepository implements AuditRepository {
  private final EntityManager entities;

  protected JpaAuditRepository() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaAuditRepository(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public void add(AuditEntry entry) {
    entities.persist(entry);
  }

  @Override
  @Transactional
  public List<AuditEntry> list(String organization, long beforeId, int limit) {
    List<AuditEntry> found =
        entities
            .createQuery(
                "select a from AuditEntry a where a.organization = :organization"
                    + " and a.id < :before order by a.id desc",
                AuditEntry.class)
            .setParameter("organization", organization)
            .setParameter("before", beforeId)
            .setMaxResults(limit)
            .getResultList();
    found.forEach(entities::detach);
    return found;
  }
}
