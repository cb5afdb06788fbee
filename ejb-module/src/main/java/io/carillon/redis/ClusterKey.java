package io.carillon.redis;

import io.carillon.config.Settings;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key by which nodes know that a message is from one of them. Immutable. */
final class ClusterKey {
  static final String ALGORITHM = "HmacSHA256";

  /** Says what the derived key is for, so that it is worth nothing anywhere else. */
  private static final byte[] PURPOSE = "carillon cluster key".getBytes(StandardCharsets.US_ASCII);

  private final SecretKeySpec key;

  private ClusterKey(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /**
   * The key that the settings name, or else one derived from the token secret.
   *
   * @throws IllegalStateException if there is neither
   */
  static ClusterKey of(Settings settings) {
    if (settings.cluster().key().isPresent()) {
      return new ClusterKey(settings.cluster().key().bytes());
    }
    if (settings.tokens().secret().isPresent()) {
      return new ClusterKey(
          new ClusterKey(settings.tokens().secret().bytes()).mac().doFinal(PURPOSE));
    }
    throw new IllegalStateException(
        "several nodes need CARILLON_CLUSTER_KEY or CARILLON_TOKEN_SECRET, alike on all of them");
  }

  /** A new one, for one thread. */
  Mac mac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
