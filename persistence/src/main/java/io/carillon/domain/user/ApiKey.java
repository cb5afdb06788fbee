package io.carillon.domain.user;

import io.carillon.domain.Text;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/**
 * A program's way in. The secret has 256 random bits, so one round of SHA-256 protects it as well
 * as a slow hash would, and costs nothing per request; it is shown once and never stored.
 */
@Entity
@Table(name = "api_key")
public class ApiKey {
  public static final int MAX_NAME = 200;
  public static final int MIN_SECRET_BYTES = 32;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  @Id private String id;

  @Column(name = "organization_id", updatable = false)
  private String organization;

  @Column(name = "label")
  private String name;

  @Column(name = "secret_hash")
  private byte[] secretHash;

  @Column(name = "previous_hash")
  private byte[] previousHash; // null for none

  @Column(name = "previous_until")
  private long previousUntilMillis; // 0 for none

  @Column(name = "rotated_at")
  private long rotatedAtMillis; // 0 for never

  @Column(name = "last_used_at", updatable = false)
  private long lastUsedAtMillis; // 0 for never

  @Column(name = "created_at", updatable = false)
  private long createdAtMillis;

  @Column(name = "revoked_at")
  private long revokedAtMillis; // 0 while it is valid

  /** For the persistence provider. */
  protected ApiKey() {}

  /**
   * @param id public part, {@code [A-Za-z0-9_-]}, 1 to 64 characters
   * @param secret at least {@value #MIN_SECRET_BYTES} random bytes; only their hash is kept
   * @throws RealtimeException with {@code MALFORMED} or {@code TOO_LARGE}
   */
  public ApiKey(String id, String organization, String name, byte[] secret, long createdAtMillis) {
    if (!isId(id) || secret.length < MIN_SECRET_BYTES) {
      throw new RealtimeException(ErrorCode.MALFORMED, "API key");
    }
    this.id = id;
    this.organization = Organization.checkedId(organization);
    this.name = Text.checked(name, MAX_NAME, "name");
    this.secretHash = sha256(secret);
    this.createdAtMillis = createdAtMillis;
  }

  public static boolean isId(String text) {
    return text != null && ID.matcher(text).matches();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Whether the secret is this key's, or the one before it while that is valid too, and the key is
   * valid; takes the same time for every answer.
   */
  public boolean opensWith(byte[] secret, long nowMillis) {
    byte[] hash = sha256(secret);
    byte[] before = previousHash == null ? new byte[hash.length] : previousHash;
    boolean previous =
        MessageDigest.isEqual(before, hash)
            & previousHash != null
            & nowMillis < previousUntilMillis;
    return (MessageDigest.isEqual(secretHash, hash) | previous) & !isRevoked();
  }

  /**
   * Gives the key another secret.
   *
   * @param secret at least {@value #MIN_SECRET_BYTES} random bytes; only their hash is kept
   * @param previousUntil until when the present one opens as well, in epoch milliseconds
   * @throws RealtimeException with {@code CONFLICT} for a key that was revoked
   */
  public void rotate(byte[] secret, long previousUntil, long nowMillis) {
    if (isRevoked()) {
      throw new RealtimeException(ErrorCode.CONFLICT, "the key was revoked");
    }
    if (secret.length < MIN_SECRET_BYTES) {
      throw new RealtimeException(ErrorCode.MALFORMED, "API key");
    }
    previousHash = secretHash;
    previousUntilMillis = previousUntil;
    secretHash = sha256(secret);
    rotatedAtMillis = nowMillis;
  }

  /** When the key got its present secret; 0 while it has its first one. */
  public long rotatedAtMillis() {
    return rotatedAtMillis;
  }

  /** Until when the secret before the present one opens as well; 0 where there is none. */
  public long previousUntilMillis() {
    return previousUntilMillis;
  }

  /** When somebody showed the key last, to a minute or so; 0 for never. */
  public long lastUsedAtMillis() {
    return lastUsedAtMillis;
  }

  /** Ends the key for good; a second call changes nothing. */
  public void revoke(long nowMillis) {
    if (!isRevoked()) {
      revokedAtMillis = nowMillis;
    }
  }

  public boolean isRevoked() {
    return revokedAtMillis != 0;
  }

  public String id() {
    return id;
  }

  public String organization() {
    return organization;
  }

  public String name() {
    return name;
  }

  public long createdAtMillis() {
    return createdAtMillis;
  }

  /** 0 while the key is valid. */
  public long revokedAtMillis() {
    return revokedAtMillis;
  }
}
