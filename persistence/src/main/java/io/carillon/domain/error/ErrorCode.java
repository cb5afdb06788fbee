package io.carillon.domain.error;

/**
 * Every failure that a client can see. The name is the code on every wire; status, close code and
 * retry advice follow from it, and the detail of what happened stays in the log.
 */
public enum ErrorCode {
  UNAUTHENTICATED(401, 4401, Retry.NEVER, "Credentials are missing or not valid."),
  TOKEN_EXPIRED(401, 4401, Retry.NOW, "The token has expired; renew it."),
  FORBIDDEN(403, 4403, Retry.NEVER, "Not allowed, or no such channel."),
  NOT_FOUND(404, 4400, Retry.NEVER, "There is nothing here."),
  CONFLICT(409, 4400, Retry.NEVER, "The item was changed meanwhile, or exists already."),
  RATE_LIMITED(429, 4429, Retry.AFTER_DELAY, "Too many; wait, then try again."),
  TOO_LARGE(413, 1009, Retry.NEVER, "Larger than the limit."),
  MALFORMED(400, 4400, Retry.NEVER, "Not understood."),
  ARCHIVED(409, 4403, Retry.NEVER, "The channel is archived."),
  SLOW_CONSUMER(
      503, 4408, Retry.NOW, "The client reads too slowly; resume from the last position."),
  OVERLOADED(503, 4503, Retry.AFTER_DELAY, "Too busy at the moment; try again."),
  DRAINING(503, 4503, Retry.NOW, "This node is stopping; connect again."),
  INTERNAL(500, 4500, Retry.AFTER_DELAY, "Something went wrong here; the log has the reference.");

  /** What a client should do with a refused request. */
  public enum Retry {
    /** Sending it again cannot help. */
    NEVER,
    /** Send it again after a delay of some seconds. */
    AFTER_DELAY,
    /** Send it again at once, on a new connection where this one was closed. */
    NOW
  }

  private final int httpStatus;
  private final int closeCode;
  private final Retry retry;
  private final String text;

  ErrorCode(int httpStatus, int closeCode, Retry retry, String text) {
    this.httpStatus = httpStatus;
    this.closeCode = closeCode;
    this.retry = retry;
    this.text = text;
  }

  /** Status of an HTTP answer with this code. */
  public int httpStatus() {
    return httpStatus;
  }

  /** WebSocket close code (RFC 6455 section 7.4) where this failure ends the connection. */
  public int closeCode() {
    return closeCode;
  }

  public Retry retry() {
    return retry;
  }

  /**
   * A sentence for the client: the same for every failure of this code, so it can give nothing
   * away.
   */
  public String text() {
    return text;
  }
}
