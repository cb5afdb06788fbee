package io.carillon.facade;

import jakarta.ejb.ApplicationException;
import java.time.Duration;

/**
 * A call that was refused or failed; the codes are those of {@link CarillonRemote}. Callers get it
 * as it is, not wrapped, over the remote view too.
 */
@ApplicationException(rollback = true)
public class CarillonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final long retryAfterMillis;

  /**
   * @param retryAfter how long to wait before another try; zero where the code says it all
   */
  public CarillonException(String code, String detail, Duration retryAfter) {
    super(code + ": " + detail);
    this.code = code;
    this.retryAfterMillis = retryAfter.toMillis();
  }

  /** One of the codes of {@link CarillonRemote}. */
  public String code() {
    return code;
  }

  /** Zero where no particular delay is known. */
  public Duration retryAfter() {
    return Duration.ofMillis(retryAfterMillis);
  }
}
