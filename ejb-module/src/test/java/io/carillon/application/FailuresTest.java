package io.carillon.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailuresTest {

  @Test
  void saysOverloadedWhenThePoolHasNoConnectionToGive() {
    RealtimeException failure =
        Failures.of(
            new CompletionException(
                new IllegalStateException(new SQLException("Sorry, acquisition timeout!"))));
    assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(failure.retryAfter()).isPositive();
    assertThat(failure.getMessage()).doesNotContain("acquisition");
  }

  @Test
  void saysInternalForAMistakeOfOurs() {
    RealtimeException failure =
        Failures.of(new IllegalStateException(new SQLException("no such column", "42703")));
    assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(failure.getMessage()).matches("[0-9a-z]{1,13}");
  }
}
