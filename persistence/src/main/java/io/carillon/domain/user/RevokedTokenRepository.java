package io.carillon.domain.user;

/**
 * Tokens that were given back before their time: a logout holds on every node and over restarts.
 */
public interface RevokedTokenRepository {

  /**
   * @param tokenId the token's {@code jti}, any text
   * @param expiresAtMillis when the token would have ended by itself; kept until then
   */
  void revoke(String tokenId, long expiresAtMillis);

  boolean isRevoked(String tokenId);

  /**
   * Forgets tokens that have ended by themselves.
   *
   * @return how many
   */
  int purge(long nowMillis);
}
