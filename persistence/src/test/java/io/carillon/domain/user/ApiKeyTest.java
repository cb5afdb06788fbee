package io.carillon.domain.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.RealtimeException;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
  private final byte[] secret = new SecureRandom().generateSeed(ApiKey.MIN_SECRET_BYTES);

  @Test
  void opensWithItsSecretOnly() {
    ApiKey key = new ApiKey("k1", "acme", "Builds", secret, 1);
    assertThat(key.opensWith(secret.clone(), 0)).isTrue();
    byte[] other = secret.clone();
    other[31] ^= 1;
    assertThat(key.opensWith(other, 0)).isFalse();
    assertThat(key.opensWith(new byte[0], 0)).isFalse();
  }

  @Test
  void staysClosedOnceItIsRevoked() {
    ApiKey key = new ApiKey("k1", "acme", "Builds", secret, 1);
    key.revoke(5);
    key.revoke(9);
    assertThat(key.opensWith(secret, 0)).isFalse();
    assertThat(key.revokedAtMillis()).isEqualTo(5);
  }

  @Test
  void refusesShortSecretsAndOddIds() {
    assertThatThrownBy(() -> new ApiKey("k1", "acme", "Builds", new byte[31], 1))
        .isInstanceOf(RealtimeException.class);
    assertThatThrownBy(() -> new ApiKey("k 1", "acme", "Builds", secret, 1))
        .isInstanceOf(RealtimeException.class);
    assertThatThrownBy(() -> new ApiKey("k1", "Acme", "Builds", secret, 1))
        .isInstanceOf(RealtimeException.class);
  }
}
