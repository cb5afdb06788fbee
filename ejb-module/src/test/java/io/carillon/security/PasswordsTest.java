package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTest {
  private final Passwords passwords = new Passwords(2, Duration.ofSeconds(20));

  @Test
  void knowsThePasswordAgainAndNoOther() {
    String hash = passwords.hash("correct horse");
    assertThat(hash).matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[^$]{22}\\$[^$]{43}");
    assertThat(passwords.matches("correct horse", Optional.of(hash))).isTrue();
    assertThat(passwords.matches("Correct horse", Optional.of(hash))).isFalse();
    assertThat(passwords.matches("correct horse ", Optional.of(hash))).isFalse();
  }

  /** Computed with the reference implementation: argon2 -id -v 13 -m 8 (KiB: 256) -t 2 -p 1. */
  @Test
  void readsHashesOfOtherPrograms() {
    String reference =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assertThat(passwords.matches("password", Optional.of(reference))).isTrue();
    assertThat(passwords.matches("passwore", Optional.of(reference))).isFalse();
  }

  @Test
  void saltsEachHash() {
    assertThat(passwords.hash("same")).isNotEqualTo(passwords.hash("same"));
  }

  @Test
  void takesComposedAndDecomposedCharactersForTheSame() {
    String hash = passwords.hash("caf\u00e9");
    assertThat(passwords.matches("cafe\u0301", Optional.of(hash))).isTrue();
  }

  @Test
  void worksAsLongForAUserWhoDoesNotExist() {
    Optional<String> hash = Optional.of(passwords.hash("right"));
    passwords.matches("warm up", hash);
    long known = fastest(() -> passwords.matches("wrong", hash));
    long unknown = fastest(() -> passwords.matches("wrong", Optional.empty()));
    assertThat((double) unknown / known).isBetween(0.5, 2.0);
    assertThat(passwords.matches("wrong", Optional.empty())).isFalse();
  }

  private static long fastest(Runnable work) {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      work.run();
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "password",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=999999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=99999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$$",
        "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"
      })
  void acceptsNothingForAHashThatIsNone(String stored) {
    assertThat(passwords.matches("password", Optional.of(stored))).isFalse();
  }

  @Test
  void refusesEmptyAndEndlessPasswordsUnread() {
    for (String password : new String[] {"", "x".repeat(Passwords.MAX_LENGTH + 1)}) {
      assertThat(
              catchThrowableOfType(RealtimeException.class, () -> passwords.hash(password)).code())
          .isEqualTo(ErrorCode.MALFORMED);
    }
  }

  @Test
  void refusesAFloodInsteadOfQueueingIt() throws Exception {
    Passwords one = new Passwords(1, Duration.ofMillis(1));
    AtomicInteger refused = new AtomicInteger();
    int done =
        Race.winners(
            40,
            number -> {
              try {
                return !one.matches("guess" + number, Optional.empty());
              } catch (RealtimeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
                assertThat(e.retryAfter()).isPositive();
                refused.incrementAndGet();
                return false;
              }
            });
    assertThat(done).isPositive();
    assertThat(refused.get()).isPositive().isEqualTo(40 - done);
    assertThat(one.matches("afterwards", Optional.empty())).isFalse();
  }
}
