package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void waitsTwiceAsLongEachTimeUpToALimitAndNeverQuiteAlike() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350));
    assertThat(backoff.next()).isBetween(50L, 100L);
    assertThat(backoff.next()).isBetween(100L, 200L);
    assertThat(backoff.next()).isBetween(175L, 350L);
    long first = backoff.next();
    boolean differs = false;
    for (int i = 0; i < 100; i++) {
      long next = backoff.next();
      assertThat(next).isBetween(175L, 350L);
      differs |= next != first;
    }
    assertThat(differs).isTrue();
    backoff.succeeded();
    assertThat(backoff.next()).isBetween(50L, 100L);
  }
}
