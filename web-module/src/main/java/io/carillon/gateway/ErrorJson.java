package io.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.StaleVersionException;
import java.io.IOException;
import java.time.Duration;

/**
 * Failures in a client's words, alike in every protocol of ours. The code says it all; a detail
 * goes out only where the fault is the client's own writing ({@code MALFORMED}), and the reference
 * of the log where it is ours ({@code INTERNAL}).
 */
public final class ErrorJson {
  private static final Duration DEFAULT_DELAY = Duration.ofSeconds(1);

  private ErrorJson() {}

  /** The members {@code code}, {@code message}, {@code retry} and what else there is to say. */
  public static void writeMembers(RealtimeException failure, JsonGenerator out) throws IOException {
    ErrorCode code = failure.code();
    out.writeStringField("code", code.name());
    out.writeStringField("message", code.text());
    out.writeStringField("retry", code.retry().name());
    Duration delay = failure.retryAfter();
    if (delay.isZero() && code.retry() == ErrorCode.Retry.AFTER_DELAY) {
      delay = DEFAULT_DELAY;
    }
    if (!delay.isZero()) {
      out.writeNumberField("retryAfter", Math.max(1, delay.plusMillis(999).toSeconds()));
    }
    if (code == ErrorCode.INTERNAL) {
      out.writeStringField("reference", failure.getMessage());
    }
    if (code == ErrorCode.MALFORMED) {
      out.writeStringField("detail", failure.getMessage());
    }
    if (failure instanceof StaleVersionException stale) {
      out.writeFieldName("current");
      EventJson.writeMessage(stale.current(), out);
    }
  }
}
