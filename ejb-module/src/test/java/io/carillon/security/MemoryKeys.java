package io.carillon.security;

import io.carillon.domain.user.ApiKey;
import io.carillon.domain.user.ApiKeyRepository;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

final class MemoryKeys implements ApiKeyRepository {
  private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();

  @Override
  public Optional<ApiKey> find(String id) {
    return Optional.ofNullable(keys.get(id));
  }

  @Override
  public boolean add(ApiKey key) {
    return keys.putIfAbsent(key.id(), key) == null;
  }

  @Override
  public boolean revoke(String organization, String id) {
    ApiKey key = keys.get(id);
    if (key == null || key.isRevoked() || !key.organization().equals(organization)) {
      return false;
    }
    key.revoke(1);
    return true;
  }

  @Override
  public Optional<ApiKey> rotate(
      String organization, String id, byte[] secret, long previousUntilMillis) {
    Optional<ApiKey> key = find(id).filter(found -> !found.isRevoked());
    key.ifPresent(found -> found.rotate(secret, previousUntilMillis, 0));
    return key;
  }

  @Override
  public void used(String id, long nowMillis) {
    // nobody asks when it was
  }

  @Override
  public List<ApiKey> list(String organization, String afterId, int limit) {
    throw new UnsupportedOperationException();
  }
}
