package io.carillon.persistence;

import io.carillon.domain.user.RevokedToken;
import io.carillon.domain.user.RevokedTokenRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tokens that were given back, in a relational database. Any thread. */
@ApplicationScoped
public class JpaRevokedTokenRepository implements RevokedTokenRepository {
  private static final String INSERT =
      "insert into revoked_token (token_hash, expires_at) values (?, ?)";

  private final EntityManager entities;

  protected JpaRevokedTokenRepository() { // for the client proxy
    this.entities = null;
  }

  @Inject
  public JpaRevokedTokenRepository(EntityManager entities) {
    this.entities = entities;
  }

  @Override
  @Transactional
  public void revoke(String tokenId, long expiresAtMillis) {
    Jdbc.inTransactionOf(
        entities,
        connection ->
            Jdbc.insertIfAbsent(
                connection,
                INSERT,
                statement -> {
                  statement.setString(1, hash(tokenId));
                  statement.setLong(2, expiresAtMillis);
                }));
  }

  @Override
  @Transactional
  public boolean isRevoked(String tokenId) {
    return entities.find(RevokedToken.class, hash(tokenId)) != null;
  }

  @Override
  @Transactional
  public int purge(long nowMillis) {
    return entities
        .createQuery("delete from RevokedToken t where t.expiresAtMillis <= :now")
        .setParameter("now", nowMillis)
        .executeUpdate();
  }

  /** By which a token is known here, since its id may be any text. */
  static String hash(String tokenId) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(tokenId.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
