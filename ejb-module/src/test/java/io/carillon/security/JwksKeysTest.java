package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JwksKeysTest {
  private static ECKey first;
  private static ECKey second;

  private final ManualNanos time = new ManualNanos();
  private final AtomicInteger requests = new AtomicInteger();
  private CompletableFuture<String> answer = CompletableFuture.completedFuture(set(first));
  private final JwksKeys keys =
      new JwksKeys(
          () -> {
            requests.incrementAndGet();
            return answer;
          },
          time);

  @BeforeAll
  static void makeKeys() throws JOSEException {
    first = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
    second = new ECKeyGenerator(Curve.P_256).keyID("second").generate();
  }

  private static String set(ECKey... keys) {
    return new JWKSet(List.of(keys)).toPublicJWKSet().toString();
  }

  private void sourceIsAway() {
    answer = CompletableFuture.failedFuture(new IOException("away"));
  }

  private boolean knows(String keyId) {
    return keys.find(keyId, JWSAlgorithm.ES256).isPresent();
  }

  @Test
  void fetchesOnceAndRemembers() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(knows("first")).isTrue();
    }
    assertThat(requests).hasValue(1);
  }

  @Test
  void findsANewKeyAndDropsTheOldOne() {
    assertThat(knows("first")).isTrue();
    answer = CompletableFuture.completedFuture(set(second));
    time.advance(JwksKeys.MIN_INTERVAL);
    assertThat(knows("second")).isTrue();
    assertThat(knows("first")).isFalse();
  }

  @Test
  void asksTheSourceSeldomWhateverTokensName() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(knows("made-up-" + i)).isFalse();
      time.advance(Duration.ofMillis(10));
    }
    assertThat(requests.get()).isBetween(10, 11); // 100 seconds
  }

  @Test
  void keepsItsKeysWhileTheSourceIsAwayAndAcceptsNoOther() {
    assertThat(knows("first")).isTrue();
    sourceIsAway();
    time.advance(JwksKeys.MAX_AGE.minusSeconds(1));
    assertThat(knows("first")).isTrue();
    assertThat(knows("second")).isFalse();
    time.advance(Duration.ofSeconds(2));
    assertThat(knows("first")).as("too old to be trusted").isFalse();
  }

  @Test
  void refreshesOldKeysBehindTheCallersBack() {
    assertThat(knows("first")).isTrue();
    answer = new CompletableFuture<>();
    time.advance(JwksKeys.REFRESH_AFTER.plusSeconds(1));
    assertThat(knows("first")).isTrue();
    assertThat(requests).hasValue(2);
    answer.complete(set(second));
    assertThat(knows("second")).isTrue();
    assertThat(requests).hasValue(2);
  }

  @Test
  void saysThatItCannotTellBeforeItHasAnyKeys() {
    sourceIsAway();
    assertThat(catchThrowableOfType(RealtimeException.class, () -> knows("first")).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    answer = CompletableFuture.completedFuture(set(first));
    time.advance(JwksKeys.MIN_INTERVAL);
    assertThat(knows("first")).isTrue();
  }

  @Test
  void ignoresAnswersThatAreNoKeySet() {
    assertThat(knows("first")).isTrue();
    for (String rubbish :
        List.of("", "<html>", "[]", "{}", "{\"keys\":7}", "{\"keys\":[7]}", "[".repeat(100_000))) {
      answer = CompletableFuture.completedFuture(rubbish);
      time.advance(JwksKeys.REFRESH_AFTER.plusSeconds(1));
      assertThat(knows("first")).isTrue();
    }
    assertThat(requests).hasValue(8);
  }

  @Test
  void sharesOneRequestBetweenThoseWhoWait() throws Exception {
    answer = new CompletableFuture<>();
    AtomicInteger overloaded = new AtomicInteger();
    int found =
        Race.winners(
            60,
            number -> {
              if (number == 0) {
                while (overloaded.get() < 60 - 1 - 16) {
                  Thread.onSpinWait();
                }
                answer.complete(set(first));
              }
              try {
                return knows("first");
              } catch (RealtimeException e) {
                overloaded.incrementAndGet();
                return false;
              }
            });
    assertThat(requests).hasValue(1);
    assertThat(overloaded).hasValue(43);
    assertThat(found).isEqualTo(17);
  }
}
