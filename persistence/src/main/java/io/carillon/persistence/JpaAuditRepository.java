package io.carillon.persistence;

import io.carillon.domain.audit.AuditCheck;
import io.carillon.domain.audit.AuditDigest;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.audit.AuditRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The audit in a relational database. Any thread. */
@ApplicationScoped
public class JpaAuditRepository implements AuditRepository {
  private static final String FIRST =
      "select a from AuditEntry a where a.organization = :organization and a.number = 1";

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
    AuditChain.append(entities, List.of(entry));
  }

  @Override
  @Transactional
  public List<AuditEntry> list(String organization, long beforeId, int limit) {
    return search(AuditQuery.all(organization), beforeId, limit);
  }

  @Override
  @Transactional
  public List<AuditEntry> search(AuditQuery query, long beforeId, int limit) {
    return found(conditions(query).where("a.id < :before", "before", beforeId), "a.id desc", limit);
  }

  @Override
  @Transactional
  public List<AuditEntry> searchForward(AuditQuery query, long afterId, int limit) {
    return found(conditions(query).where("a.id > :after", "after", afterId), "a.id", limit);
  }

  private static Conditions conditions(AuditQuery query) {
    Conditions conditions =
        new Conditions()
            .where("a.organization = :organization", "organization", query.organization());
    if (!query.actor().isEmpty()) {
      conditions.where("a.actor = :actor", "actor", query.actor());
    }
    if (!query.action().isEmpty()) {
      conditions.where(
          "a.action like :action escape '!'", "action", Conditions.prefix(query.action()));
    }
    if (!query.channel().isEmpty()) {
      conditions.where("a.channel = :channel", "channel", query.channel());
    }
    if (!query.target().isEmpty()) {
      conditions.where("a.target = :target", "target", query.target());
    }
    if (!query.text().isEmpty()) {
      conditions.having(query.text(), "a.channel", "a.target", "a.actor", "a.reason");
    }
    if (query.fromMillis() > 0) {
      conditions.where("a.happenedAtMillis >= :from", "from", query.fromMillis());
    }
    if (query.toMillis() != Long.MAX_VALUE) {
      conditions.where("a.happenedAtMillis < :to", "to", query.toMillis());
    }
    return conditions;
  }

  private List<AuditEntry> found(Conditions conditions, String order, int limit) {
    return conditions.list(entities, "select a from AuditEntry a", order, AuditEntry.class, limit);
  }

  // ---- the chain

  @Override
  @Transactional
  public AuditCheck check(String organization) {
    // First: what is added meanwhile comes after it.
    AuditChain.End end =
        Jdbc.inTransactionOf(
            entities,
            connection ->
                AuditChain.end(connection, organization)
                    .orElse(new AuditChain.End(0, AuditDigest.START)));
    Optional<AuditEntry> first =
        entities
            .createQuery(FIRST, AuditEntry.class)
            .setParameter("organization", organization)
            .getResultStream()
            .findFirst();
    String unknown = end.number() == 0 ? end.hash() : AuditDigest.START; // the walk will find it
    String start = first.map(AuditEntry::previousHash).orElse(unknown);
    Before before =
        Jdbc.inTransactionOf(entities, connection -> before(connection, organization, start));
    return new Check(organization, end, start, before).run();
  }

  /**
   * Lines outside of the chain.
   *
   * @param covered by the chain's start; -1 where no number of them gives it
   */
  private record Before(long all, long covered) {}

  /** An older version may have added lines to those that the chain began from. */
  private static Before before(Connection connection, String organization, String start)
      throws SQLException {
    long[] seen = {0, start.equals(AuditDigest.START) ? 0 : -1};
    AuditChain.digestBefore(
        connection,
        organization,
        digest -> {
          seen[0]++;
          if (digest.equals(start)) {
            seen[1] = seen[0];
          }
        });
    return new Before(seen[0], seen[1]);
  }

  /** One walk along a chain. */
  private final class Check {
    private final String organization;
    private final AuditChain.End end;
    private final Before before;
    private long number;
    private String hash;
    private long lines;
    private AuditCheck.Fault fault; // null for none

    Check(String organization, AuditChain.End end, String start, Before before) {
      this.organization = organization;
      this.end = end;
      this.before = before;
      this.hash = start;
      this.lines = before.all();
    }

    AuditCheck run() {
      if (before.covered() < 0) {
        fault = new AuditCheck.Fault(0, 0, AuditCheck.Fault.Kind.CHANGED_BEFORE);
      }
      long after = 0;
      List<AuditEntry> page = next(after);
      while (!page.isEmpty()) {
        page.forEach(this::walk);
        after = page.get(page.size() - 1).id();
        page = next(after);
      }
      if (number < end.number()) {
        found(0, number + 1, AuditCheck.Fault.Kind.MISSING);
      }
      long covered = Math.max(0, before.covered());
      return new AuditCheck(
          lines, covered, before.all() - covered, end.number(), end.hash(), fault);
    }

    private List<AuditEntry> next(long after) {
      return searchForward(AuditQuery.all(organization), after, Conditions.MAX_LIMIT);
    }

    private void walk(AuditEntry line) {
      if (line.number() == 0) {
        return; // counted before
      }
      lines++;
      if (line.number() != number + 1) {
        found(line.id(), number + 1, AuditCheck.Fault.Kind.MISSING);
      } else if (!line.isGenuine() || !line.previousHash().equals(hash)) {
        found(line.id(), line.number(), AuditCheck.Fault.Kind.CHANGED);
      } else if (line.number() == end.number() && !line.hash().equals(end.hash())) {
        found(line.id(), line.number(), AuditCheck.Fault.Kind.CHANGED);
      }
      number = line.number();
      hash = line.hash();
    }

    private void found(long id, long at, AuditCheck.Fault.Kind kind) {
      if (fault == null) {
        fault = new AuditCheck.Fault(id, at, kind);
      }
    }
  }
}
