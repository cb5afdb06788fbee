package io.carillon.domain.error;

import java.time.Duration;
import java.util.Objects;

/**
 * A refusal or failure with the code that the client gets. The detail is for the log and for the
 * client's developer; it never holds another exception's text, data of other users, or a secret.
 *
 * <p>It has no stack trace: refusals are part of the protocol, many come when there is least time
 * for them, and the trace would cost more than all else about them. What went wrong inside is the
 * cause, which has its own.
 */
public class RealtimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final transient Duration retryAfter;

  public RealtimeException(ErrorCode code, String detail) {
    this(code, detail, Duration.ZERO);
  }

  /**
   * @param retryAfter how long to wait before another try; zero where the code says it all
   */
  public RealtimeException(ErrorCode code, String detail, Duration retryAfter) {
    super(detail, null, false, false);
    this.code = Objects.requireNonNull(code);
    this.retryAfter = Objects.requireNonNull(retryAfter);
  }

  public RealtimeException(ErrorCode code, String detail, Throwable cause) {
    super(detail, cause, false, false);
    this.code = Objects.requireNonNull(code);
    this.retryAfter = Duration.ZERO;
  }

  public ErrorCode code() {
    return code;
  }

  /** Zero where no particular delay is known. */
  public Duration retryAfter() {
    return retryAfter == null ? Duration.ZERO : retryAfter;
  }
}
