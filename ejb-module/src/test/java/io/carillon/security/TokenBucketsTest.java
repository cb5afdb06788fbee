package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final ManualNanos time = new ManualNanos();

  private int takeAll(TokenBuckets buckets, String key) {
    int taken = 0;
    while (buckets.take(key).isZero()) {
      taken++;
    }
    return taken;
  }

  @Test
  void holdsAsManyAsItsCapacityAndRefillsEvenly() {
    TokenBuckets buckets = new TokenBuckets(60, MINUTE, 100, time);
    assertThat(takeAll(buckets, "alice")).isEqualTo(60);
    assertThat(buckets.take("alice")).isEqualTo(Duration.ofSeconds(1));
    time.advance(Duration.ofMillis(999));
    assertThat(buckets.take("alice")).isEqualTo(Duration.ofMillis(1));
    time.advance(Duration.ofMillis(1));
    assertThat(takeAll(buckets, "alice")).isEqualTo(1);
    time.advance(Duration.ofSeconds(10));
    assertThat(takeAll(buckets, "alice")).isEqualTo(10);
    time.advance(Duration.ofDays(9));
    assertThat(takeAll(buckets, "alice")).isEqualTo(60);
  }

  @Test
  void keepsKeysApart() {
    TokenBuckets buckets = new TokenBuckets(3, MINUTE, 100, time);
    assertThat(takeAll(buckets, "alice")).isEqualTo(3);
    assertThat(takeAll(buckets, "bob")).isEqualTo(3);
  }

  @Test
  void isExactWhenManyTakeAtOnce() throws Exception {
    TokenBuckets buckets = new TokenBuckets(60, MINUTE, 100, time);
    assertThat(Race.winners(100, number -> buckets.take("alice").isZero())).isEqualTo(60);
  }

  @Test
  void givesBack() {
    TokenBuckets buckets = new TokenBuckets(2, MINUTE, 100, time);
    for (int i = 0; i < 50; i++) {
      assertThat(buckets.take("alice")).isZero();
      buckets.giveBack("alice");
    }
    assertThat(buckets.size()).isZero();
    buckets.giveBack("alice");
    assertThat(takeAll(buckets, "alice")).as("never more than full").isEqualTo(2);
  }

  @Test
  void forgetsBucketsThatAreFullAgain() {
    TokenBuckets buckets = new TokenBuckets(60, MINUTE, 1_000_000, time);
    for (int i = 0; i < 200_000; i++) {
      buckets.take("user" + i);
      time.advance(Duration.ofMillis(1)); // a thousand new users a second, each back after one
    }
    assertThat(buckets.size()).isLessThan(5_000);
  }

  @Test
  void refusesNewKeysWhileThereAreTooMany() {
    TokenBuckets buckets = new TokenBuckets(1, MINUTE, 2_000, time);
    int granted = 0;
    for (int i = 0; i < 10_000; i++) {
      granted += buckets.take("user" + i).isZero() ? 1 : 0;
    }
    assertThat(granted).isEqualTo(2_000);
    assertThat(buckets.size()).isEqualTo(2_000);
    time.advance(MINUTE);
    assertThat(buckets.take("late")).isZero();
    assertThat(buckets.size()).isEqualTo(1);
  }
}
