package io.carillon.persistence;

import io.carillon.domain.user.Organization;
import io.carillon.domain.user.OrganizationRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Organizations in a relational database. Any thread. */
@ApplicationScoped
public class JpaOrganizationRepository implements OrganizationRepository {
  private static final int MAX_LIMIT = 1_000;

  private static final String INSERT =
      "insert into organization (id, title, created_at) values (?, ?, ?)";
  private static final String LIST =
      "select o from Organization o where o.id > :after order by o.id";

  private final EntityManager entities;
  private final Clock clock;

  protected JpaOrganizationRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaOrganizationRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaOrganizationRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional
  public Optional<Organization> find(String id) {
    if (!Organization.isId(id)) {
      return Optional.empty();
    }
    Optional<Organization> found = Optional.ofNullable(entities.find(Organization.class, id));
    found.ifPresent(entities::detach);
    return found;
  }

  @Override
  @Transactional
  public Organization ensure(String id) {
    Organization.checkedId(id);
    Optional<Organization> present = find(id);
    if (present.isPresent()) {
      return present.get();
    }
    Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.insertIfAbsent(
                connection,
                INSERT,
                statement -> {
                  statement.setString(1, id);
                  statement.setString(2, id);
                  statement.setLong(3, clock.millis());
                }));
    return find(id).orElseThrow();
  }

  @Override
  @Transactional
  public List<Organization> list(String afterId, int limit) {
    List<Organization> page =
        entities
            .createQuery(LIST, Organization.class)
            .setParameter("after", afterId)
            .setMaxResults(Math.min(limit, MAX_LIMIT))
            .getResultList();
    page.forEach(entities::detach);
    return List.copyOf(page);
  }
}
