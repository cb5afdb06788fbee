package io.carillon.security;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import io.carillon.domain.error.RealtimeException;
import java.util.Optional;

/** Where the public keys of foreign tokens come from. Any thread. */
interface VerificationKeys {
  /** No foreign issuer at all. */
  VerificationKeys NONE = (keyId, algorithm) -> Optional.empty();

  /**
   * The key of this name, if it is one for this algorithm; a key has just one algorithm. May wait
   * for some seconds.
   *
   * @param keyId empty for the only key there is
   * @throws RealtimeException with {@code OVERLOADED} if it cannot be told at the moment
   */
  Optional<JWSVerifier> find(String keyId, JWSAlgorithm algorithm);
}
