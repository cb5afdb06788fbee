package io.carillon.domain.user;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/**
 * A token that was given back before its time. Only a hash of its id is kept: ids of foreign tokens
 * may be any text.
 */
@Entity
@Table(name = "revoked_token")
public class RevokedToken {
  @Id
  @Column(name = "token_hash")
  private String tokenHash; // SHA-256 of the jti, in hexadecimal

  @Column(name = "expires_at")
  private long expiresAtMillis;

  /** For the persistence provider; rows are written by {@link RevokedTokenRepository}. */
  protected RevokedToken() {}

  public String tokenHash() {
    return tokenHash;
  }

  public long expiresAtMillis() {
    return expiresAtMillis;
  }
}
