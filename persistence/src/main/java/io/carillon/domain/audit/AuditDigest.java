package io.carillon.domain.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over several values, each with its length before it: no two lists of values give the same
 * bytes. One thread, once.
 */
public final class AuditDigest {
  /** What stands before the first line where there were none. */
  public static final String START = "0".repeat(64);

  private final MessageDigest digest;

  public AuditDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  public AuditDigest add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).flip());
    digest.update(utf8);
    return this;
  }

  public AuditDigest add(long number) {
    return add(Long.toString(number));
  }

  /** The end of it, in hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** What {@link #hex} would say now; more can be added afterwards. */
  public String hexSoFar() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("every JDK's SHA-256 can be copied", e);
    }
  }
}
