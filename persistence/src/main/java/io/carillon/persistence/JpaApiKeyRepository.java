package io.carillon.persistence;

import io.carillon.domain.user.ApiKey;
import io.carillon.domain.user.ApiKeyRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Programs' keys in a relational database. Any thread. */
@ApplicationScoped
public class JpaApiKeyRepository implements ApiKeyRepository {
  private static final int MAX_LIMIT = 1_000;

  private static final String VALID =
      "select k from ApiKey k where k.organization = :organization and k.id = :id"
          + " and k.revokedAtMillis = 0";
  private static final String LIST =
      "select k from ApiKey k where k.organization = :organization and k.id > :after"
          + " order by k.id";

  private final EntityManager entities;
  private final Clock clock;

  protected JpaApiKeyRepository() { // for the client proxy
    this.entities = null;
    this.clock = null;
  }

  @Inject
  public JpaApiKeyRepository(EntityManager entities) {
    this(entities, Clock.systemUTC());
  }

  JpaApiKeyRepository(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  @Override
  @Transactional
  public Optional<ApiKey> find(String id) {
    if (!ApiKey.isId(id)) {
      return Optional.empty();
    }
    Optional<ApiKey> found = Optional.ofNullable(entities.find(ApiKey.class, id));
    found.ifPresent(entities::detach);
    return found;
  }

  @Override
  @Transactional
  public boolean add(ApiKey key) {
    if (entities.find(ApiKey.class, key.id()) != null) {
      return false;
    }
    entities.persist(key); // ids are random: two at once are not one
    entities.flush();
    entities.detach(key);
    return true;
  }

  @Override
  @Transactional
  public boolean revoke(String organization, String id) {
    Optional<ApiKey> valid = lockValid(organization, id);
    valid.ifPresent(key -> key.revoke(clock.millis()));
    return valid.isPresent();
  }

  private Optional<ApiKey> lockValid(String organization, String id) {
    if (!ApiKey.isId(id)) {
      return Optional.empty();
    }
    return entities
        .createQuery(VALID, ApiKey.class)
        .setParameter("organization", organization)
        .setParameter("id", id)
        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
        .getResultStream()
        .findFirst();
  }

  @Override
  @Transactional
  public Optional<ApiKey> rotate(
      String organization, String id, byte[] secret, long previousUntilMillis) {
    Optional<ApiKey> valid = lockValid(organization, id);
    valid.ifPresent(
        key -> {
          key.rotate(secret, previousUntilMillis, clock.millis());
          entities.flush();
          entities.detach(key);
        });
    return valid;
  }

  @Override
  @Transactional
  public void used(String id, long nowMillis) {
    entities
        .createNativeQuery(
            "update api_key set last_used_at = :now where id = :id and last_used_at < :now")
        .setParameter("now", nowMillis)
        .setParameter("id", id)
        .executeUpdate();
  }

  @Override
  @Transactional
  public List<ApiKey> list(String organization, String afterId, int limit) {
    List<ApiKey> page =
        entities
            .createQuery(LIST, ApiKey.class)
            .setParameter("organization", organization)
            .setParameter("after", afterId)
            .setMaxResults(Math.min(limit, MAX_LIMIT))
            .getResultList();
    page.forEach(entities::detach);
    return List.copyOf(page);
  }
}
