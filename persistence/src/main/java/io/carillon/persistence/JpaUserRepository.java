package io.carillon.persistence;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRepository;
import io.carillon.domain.user.TokenOwner;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Tuple;
import jakarta.persistence.TypedQuery;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Accounts in a relational database. Any thread. */
@ApplicationScoped
public class JpaUserRepository implements UserRepository {
  private static final int MAX_LIMIT = 1_000;

  private static final String INSERT =
      "insert into app_user (organization_id, user_id, display_name, avatar_url,"
          + " organization_role, password_hash, locked, created_at)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String FIND =
      "select u from User u where u.organization = :organization and u.id = :id";
  private static final String FIND_OWNER =
      "select u as user, (select count(t) from RevokedToken t where t.tokenHash = :token) as"
          + " revoked from User u where u.organization = :organization and u.id = :id";
  private static final String FIND_REVOKED =
      "select t.tokenHash from RevokedToken t where t.tokenHash in (:tokens)";
  private static final String FIND_ALL =
      "select u from User u where u.organization = :organization and u.id in (:ids) order by u.id";
  private static final String LIST =
      "select u from User u where u.organization = :organization and u.id > :after order by u.id";

  private final EntityManager entities;
  private final OrganizationRepository organizations;
  private final Clock clock;

  protected JpaUserRepository() { // for the client proxy
    this.entities = null;
    this.organizations = null;
    this.clock = null;
  }

  @Inject
  public JpaUserRepository(EntityManager entities, OrganizationRepository organizations) {
    this(entities, organizations, Clock.systemUTC());
  }

  JpaUserRepository(EntityManager entities, OrganizationRepository organizations, Clock clock) {
    this.entities = entities;
    this.organizations = organizations;
    this.clock = clock;
  }

  @Override
  @Transactional
  public Optional<User> find(String organization, UserId id) {
    Optional<User> found = byId(organization, id).getResultStream().findFirst();
    found.ifPresent(entities::detach);
    return found;
  }

  @Override
  @Transactional(Transactional.TxType.REQUIRES_NEW)
  public List<Optional<TokenOwner>> findOwners(List<TokenOwner.Question> questions) {
    if (questions.size() == 1) {
      return List.of(findOwner(questions.get(0)));
    }
    Map<String, Map<UserId, User>> users = new HashMap<>();
    questions.stream()
        .collect(
            Collectors.groupingBy(
                TokenOwner.Question::organization,
                Collectors.mapping(TokenOwner.Question::user, Collectors.toSet())))
        .forEach(
            (organization, ids) ->
                users.put(
                    organization,
                    findAll(organization, ids).stream()
                        .collect(Collectors.toMap(User::id, user -> user))));
    List<String> tokens =
        questions.stream()
            .map(question -> JpaRevokedTokenRepository.hash(question.tokenId()))
            .toList();
    // Afterwards: one that is given back between the two counts as given back.
    Set<String> revoked =
        Set.copyOf(
            entities
                .createQuery(FIND_REVOKED, String.class)
                .setParameter("tokens", tokens)
                .getResultList());
    List<Optional<TokenOwner>> owners = new ArrayList<>(questions.size());
    for (int i = 0; i < questions.size(); i++) {
      TokenOwner.Question question = questions.get(i);
      boolean isRevoked = revoked.contains(tokens.get(i));
      owners.add(
          Optional.ofNullable(users.get(question.organization()).get(question.user()))
              .map(user -> new TokenOwner(user, isRevoked)));
    }
    return owners;
  }

  private Optional<TokenOwner> findOwner(TokenOwner.Question question) {
    return entities
        .createQuery(FIND_OWNER, Tuple.class)
        .setParameter("token", JpaRevokedTokenRepository.hash(question.tokenId()))
        .setParameter("organization", question.organization())
        .setParameter("id", question.user().value())
        .getResultStream()
        .findFirst()
        .map(this::owner);
  }

  private TokenOwner owner(Tuple row) {
    User user = row.get("user", User.class);
    entities.detach(user);
    return new TokenOwner(user, row.get("revoked", Long.class) > 0);
  }

  @Override
  @Transactional(Transactional.TxType.MANDATORY)
  public Optional<User> lock(String organization, UserId id) {
    return byId(organization, id)
        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
        .getResultStream()
        .findFirst();
  }

  private TypedQuery<User> byId(String organization, UserId id) {
    return entities
        .createQuery(FIND, User.class)
        .setParameter("organization", organization)
        .setParameter("id", id.value());
  }

  @Override
  @Transactional
  public boolean add(User user) {
    return Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.insertIfAbsent(
                connection,
                INSERT,
                statement -> {
                  statement.setString(1, user.organization());
                  statement.setString(2, user.id().value());
                  statement.setString(3, user.name());
                  statement.setString(4, user.avatarUrl());
                  statement.setString(5, user.role().name());
                  statement.setString(6, user.passwordHash().orElse(null));
                  statement.setBoolean(7, user.isLocked());
                  statement.setLong(8, user.createdAtMillis());
                }));
  }

  @Override
  @Transactional
  public User provision(Identity identity) {
    Optional<User> present = find(identity.organization(), identity.userId());
    if (present.isEmpty()) {
      organizations.ensure(identity.organization());
      add(
          new User(
              identity.organization(),
              identity.userId(),
              identity.name(),
              identity.avatarUrl(),
              identity.role(),
              clock.millis()));
      // Another node may have been first; either way there is one now.
      present = find(identity.organization(), identity.userId());
    }
    User user = present.orElseThrow();
    if (!user.isDescribedBy(identity)) {
      User locked = lock(identity.organization(), identity.userId()).orElseThrow();
      locked.describe(
          identity.name(),
          identity.avatarUrl().isEmpty() ? locked.avatarUrl() : identity.avatarUrl());
      entities.flush();
      entities.detach(locked);
      return locked;
    }
    return user;
  }

  @Override
  @Transactional
  public List<User> findAll(String organization, Collection<UserId> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    return snapshots(
        entities
            .createQuery(FIND_ALL, User.class)
            .setParameter("organization", organization)
            .setParameter("ids", ids.stream().map(UserId::value).toList()));
  }

  @Override
  @Transactional
  public List<User> list(String organization, String afterId, int limit) {
    return snapshots(
        entities
            .createQuery(LIST, User.class)
            .setParameter("organization", organization)
            .setParameter("after", afterId)
            .setMaxResults(Math.min(limit, MAX_LIMIT)));
  }

  private List<User> snapshots(TypedQuery<User> query) {
    List<User> users = query.getResultList();
    users.forEach(entities::detach);
    return List.copyOf(users);
  }
}
