package io.carillon.security;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.TokenOwner;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Accounts in memory; may be away, as a database may. */
final class MemoryUsers implements UserRepository {
  final Map<String, User> accounts = new ConcurrentHashMap<>();
  final AtomicInteger reads = new AtomicInteger();
  volatile boolean away;
  private final RevokedTokenRepository revocations;

  MemoryUsers(RevokedTokenRepository revocations) {
    this.revocations = revocations;
  }

  private static String key(String organization, UserId id) {
    return organization + '/' + id;
  }

  private void read() {
    reads.incrementAndGet();
    if (away) {
      throw new IllegalStateException("no database");
    }
  }

  @Override
  public Optional<User> find(String organization, UserId id) {
    read();
    return Optional.ofNullable(accounts.get(key(organization, id)));
  }

  @Override
  public List<Optional<TokenOwner>> findOwners(List<TokenOwner.Question> questions) {
    return questions.stream()
        .map(
            question ->
                find(question.organization(), question.user())
                    .map(user -> new TokenOwner(user, revocations.isRevoked(question.tokenId()))))
        .toList();
  }

  @Override
  public Optional<User> lock(String organization, UserId id) {
    return find(organization, id);
  }

  @Override
  public boolean add(User user) {
    return accounts.putIfAbsent(key(user.organization(), user.id()), user) == null;
  }

  @Override
  public User provision(Identity identity) {
    read();
    return accounts.computeIfAbsent(
        key(identity.organization(), identity.userId()),
        ignored ->
            new User(
                identity.organization(),
                identity.userId(),
                identity.name(),
                identity.avatarUrl(),
                identity.role(),
                0));
  }

  @Override
  public List<User> findAll(String organization, Collection<UserId> ids) {
    return ids.stream().flatMap(id -> find(organization, id).stream()).toList();
  }

  @Override
  public List<User> list(String organization, String afterId, int limit) {
    throw new UnsupportedOperationException();
  }
}
