package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A failure as a problem document (RFC 9457), the same for every HTTP answer, whoever gives it. It
 * says the code and what follows from it, and nothing about how it came about. Immutable.
 */
public final class Problem {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** What goes with a 401: how to do better. */
  static final String CHALLENGE = "Bearer realm=\"carillon\"";

  /** What {@code Failures} makes up; a detail of any other form stays here. */
  private static final Pattern REFERENCE = Pattern.compile("[0-9a-z]{1,13}");

  private static final Duration DEFAULT_DELAY = Duration.ofSeconds(1);

  private final ErrorCode code;
  private final int status;
  private final Duration retryAfter;
  private final String reference; // empty but for INTERNAL

  private Problem(ErrorCode code, int status, Duration retryAfter, String reference) {
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.reference = reference;
  }

  /** The problem of a failure that has been translated, so that its code can go out. */
  public static Problem of(RealtimeException failure) {
    boolean internal = failure.code() == ErrorCode.INTERNAL;
    String detail = failure.getMessage();
    boolean hasReference = internal && detail != null && REFERENCE.matcher(detail).matches();
    return new Problem(
        failure.code(),
        failure.code().httpStatus(),
        failure.retryAfter(),
        hasReference ? detail : "");
  }

  /** A refusal by the container, for instance 405: its own status, with the code that fits best. */
  public static Problem ofStatus(int status) {
    ErrorCode code =
        switch (status) {
          case 401 -> ErrorCode.UNAUTHENTICATED;
          case 403 -> ErrorCode.FORBIDDEN;
          case 404 -> ErrorCode.NOT_FOUND;
          case 409 -> ErrorCode.CONFLICT;
          case 413 -> ErrorCode.TOO_LARGE;
          case 429 -> ErrorCode.RATE_LIMITED;
          case 503 -> ErrorCode.OVERLOADED;
          default -> status < 500 ? ErrorCode.MALFORMED : ErrorCode.INTERNAL;
        };
    return new Problem(code, status, Duration.ZERO, "");
  }

  public ErrorCode code() {
    return code;
  }

  public int status() {
    return status;
  }

  /** Whole seconds for {@code Retry-After}; empty where waiting is not the advice. */
  public OptionalLong retryAfterSeconds() {
    Duration delay = retryAfter;
    if (delay.isZero() && code.retry() == ErrorCode.Retry.AFTER_DELAY) {
      delay = DEFAULT_DELAY;
    }
    if (delay.isZero()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.max(1, delay.plusMillis(999).toSeconds()));
  }

  /** The document. */
  public JsonObject toJson() {
    JsonObject problem =
        new JsonObject()
            .put("type", "urn:carillon:error:" + code.name())
            .put("title", title())
            .put("status", status)
            .put("detail", code.text())
            .put("code", code.name())
            .put("retry", code.retry().name());
    retryAfterSeconds().ifPresent(seconds -> problem.put("retryAfter", seconds));
    return problem.putIfPresent("reference", reference);
  }

  /** {@code RATE_LIMITED} is "Rate limited". */
  private String title() {
    String words = code.name().replace('_', ' ').toLowerCase(Locale.ROOT);
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  /** Answers a request with this problem, outside JAX-RS. */
  public void writeTo(HttpServletResponse response) throws IOException {
    byte[] body = Json.bytes(toJson());
    response.setStatus(status);
    response.setContentType(MEDIA_TYPE);
    response.setHeader("Cache-Control", "no-store");
    retryAfterSeconds()
        .ifPresent(seconds -> response.setHeader("Retry-After", Long.toString(seconds)));
    if (status == HttpServletResponse.SC_UNAUTHORIZED) {
      response.setHeader("WWW-Authenticate", CHALLENGE);
    }
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
