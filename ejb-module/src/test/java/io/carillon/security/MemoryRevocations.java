package io.carillon.security;

import io.carillon.domain.user.RevokedTokenRepository;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

final class MemoryRevocations implements RevokedTokenRepository {
  final Map<String, Long> until = new ConcurrentHashMap<>();

  @Override
  public void revoke(String tokenId, long expiresAtMillis) {
    until.put(tokenId, expiresAtMillis);
  }

  @Override
  public boolean isRevoked(String tokenId) {
    return until.containsKey(tokenId);
  }

  @Override
  public int purge(long nowMillis) {
    throw new UnsupportedOperationException();
  }
}
