package io.carillon.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An issuer's key set (RFC 7517), of which it keeps the keys that verify RS, PS and ES signatures.
 * Each has one algorithm: the one it names, else the one of its curve, else RS256. Immutable.
 */
record PublishedKeys(List<Key> keys) {
  static final PublishedKeys EMPTY = new PublishedKeys(List.of());

  private static final int MAX_KEYS = 100;
  private static final int MIN_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 8192; // larger ones cost more to check than they protect

  /** A key with its one algorithm; without an id, the id is empty. */
  record Key(String id, JWSAlgorithm algorithm, JWSVerifier verifier) {}

  PublishedKeys {
    keys = List.copyOf(keys);
  }

  /**
   * The usable keys of a set; those of other kinds are left out.
   *
   * @throws ParseException if it is no key set, or has too many keys
   */
  static PublishedKeys parse(String json) throws ParseException {
    Map<String, Object> set = JSONObjectUtils.parse(json);
    if (!(set.get("keys") instanceof List<?> entries) || entries.size() > MAX_KEYS) {
      throw new ParseException("not a key set, or too large", 0);
    }
    List<Key> usable = new ArrayList<>();
    for (JWK key : JWKSet.parse(set).getKeys()) {
      usable(key).ifPresent(usable::add);
    }
    return new PublishedKeys(usable);
  }

  /** The key of this name if the algorithm is its own; without a name the only key of it. */
  Optional<JWSVerifier> find(String keyId, JWSAlgorithm algorithm) {
    List<Key> fitting =
        keys.stream()
            .filter(key -> key.algorithm.equals(algorithm))
            .filter(key -> keyId.isEmpty() || key.id.equals(keyId))
            .toList();
    // Two that fit: which one is meant cannot be told, and trying each would let a token choose.
    return fitting.size() == 1 ? Optional.of(fitting.get(0).verifier) : Optional.empty();
  }

  private static Optional<Key> usable(JWK key) {
    boolean forSignatures = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean verifies =
        key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
    if (!forSignatures || !verifies) {
      return Optional.empty();
    }
    try {
      if (key instanceof ECKey ec) {
        ECDSAVerifier verifier = new ECDSAVerifier(ec.toPublicJWK());
        return withAlgorithm(key, verifier.supportedECDSAAlgorithm(), verifier);
      }
      if (key instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS && rsa.size() <= MAX_RSA_BITS) {
        return withAlgorithm(key, JWSAlgorithm.RS256, new RSASSAVerifier(rsa.toPublicJWK()));
      }
      return Optional.empty();
    } catch (JOSEException | RuntimeException e) {
      return Optional.empty(); // of a curve that this Java does not have
    }
  }

  private static Optional<Key> withAlgorithm(
      JWK key, JWSAlgorithm byDefault, JWSVerifier verifier) {
    JWSAlgorithm algorithm =
        key.getAlgorithm() == null ? byDefault : JWSAlgorithm.parse(key.getAlgorithm().getName());
    if (!verifier.supportedJWSAlgorithms().contains(algorithm)) {
      return Optional.empty();
    }
    String id = key.getKeyID() == null ? "" : key.getKeyID();
    return Optional.of(new Key(id, algorithm, verifier));
  }
}
