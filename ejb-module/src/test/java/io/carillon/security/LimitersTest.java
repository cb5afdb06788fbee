package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitersTest {
  private final ManualNanos time = new ManualNanos();

  private static RealtimeException refusal(Runnable attempt) {
    return catchThrowableOfType(RealtimeException.class, attempt::run);
  }

  @Test
  void limitsTheMessagesOfAUser() {
    RateLimiter limiter = new LocalRateLimiter(60, time);
    Identity alice = People.user("alice");
    for (int i = 0; i < 60; i++) {
      limiter.take(alice);
    }
    RealtimeException refusal = refusal(() -> limiter.take(alice));
    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    limiter.take(People.user("bob"));
    time.advance(refusal.retryAfter());
    limiter.take(alice);
  }

  @Test
  void limitsNothingWhenOff() {
    RateLimiter limiter = new LocalRateLimiter(0, time);
    Identity alice = People.user("alice");
    for (int i = 0; i < 100_000; i++) {
      limiter.take(alice);
    }
    assertThat(refusal(() -> limiter.take(alice))).isNull();
  }

  @Test
  void limitsTheFramesOfAConnection() {
    FrameLimiter limiter = new FrameLimiter(500, time);
    int taken = 0;
    while (limiter.tryTake()) {
      taken++;
    }
    assertThat(taken).isEqualTo(500);
    time.advance(Duration.ofMillis(2));
    assertThat(limiter.tryTake()).isTrue();
    assertThat(limiter.tryTake()).isFalse();
    time.advance(Duration.ofHours(1));
    assertThat(limiter.tryTake()).isTrue();

    FrameLimiter off = new FrameLimiter(0, time);
    for (int i = 0; i < 100_000; i++) {
      assertThat(off.tryTake()).isTrue();
    }
  }

  @Test
  void slowsTheGuessingOfOnePasswordFromManyAddresses() {
    LoginLimiter limiter = new LoginLimiter(10, time);
    for (int i = 0; i < 10; i++) {
      limiter.begin("demo/alice", "198.51.100." + i);
    }
    RealtimeException refusal = refusal(() -> limiter.begin("demo/alice", "203.0.113.1"));
    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(6));
    limiter.begin("demo/bob", "203.0.113.1");
  }

  @Test
  void slowsTheGuessingOfManyPasswordsFromOneAddress() {
    LoginLimiter limiter = new LoginLimiter(10, time);
    for (int i = 0; i < 30; i++) {
      limiter.begin("demo/user" + i, "2001:db8::" + i);
    }
    RealtimeException refusal = refusal(() -> limiter.begin("demo/other", "2001:db8:0:0:ffff::1"));
    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    limiter.begin("demo/other", "2001:db8:0:1::1");
  }

  @Test
  void doesNotCountLoginsThatSucceed() {
    LoginLimiter limiter = new LoginLimiter(10, time);
    for (int i = 0; i < 1_000; i++) {
      limiter.begin("demo/alice", "198.51.100.1").forgive();
    }
    // And a success forgives no failure but itself.
    for (int i = 0; i < 10; i++) {
      limiter.begin("demo/alice", "198.51.100.1");
      if (i < 9) {
        limiter.begin("demo/alice", "198.51.100.1").forgive();
      }
    }
    assertThat(refusal(() -> limiter.begin("demo/alice", "198.51.100.1"))).isNotNull();
  }
}
