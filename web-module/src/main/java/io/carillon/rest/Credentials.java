package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request shows to prove who makes it. A header counts before a ticket, a ticket before the
 * cookie; whatever counts must be valid: a client with a wrong token is told so, and not served as
 * whoever its cookie says.
 *
 * @param value a secret: never logged
 */
record Credentials(Kind kind, String value) {
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([\\x21-\\x7e]+)");

  enum Kind {
    /** A token or API key in the {@code Authorization} header. */
    BEARER,
    /** A single-use ticket in the query. */
    TICKET,
    /** A login's token in the cookie, which a browser sends by itself, whoever asked it to. */
    COOKIE
  }

  Credentials {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(value);
  }

  /**
   * The credentials of a request, if it has any.
   *
   * @param mayHaveTicket whether this is a stream or a socket
   * @throws RealtimeException with {@code UNAUTHENTICATED} for a header that is none of ours
   */
  static Optional<Credentials> of(HttpServletRequest request, boolean mayHaveTicket) {
    String header = request.getHeader("Authorization");
    if (header != null) {
      Matcher matcher = BEARER.matcher(header.strip());
      if (!matcher.matches()) {
        throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "Authorization is no bearer token");
      }
      return Optional.of(new Credentials(Kind.BEARER, matcher.group(1)));
    }
    // Only a GET: reading a parameter of a POST would read its body.
    if (mayHaveTicket && request.getMethod().equals("GET")) {
      String ticket = request.getParameter("ticket");
      if (ticket != null) {
        return Optional.of(new Credentials(Kind.TICKET, ticket));
      }
    }
    return cookie(request).map(value -> new Credentials(Kind.COOKIE, value));
  }

  private static Optional<String> cookie(HttpServletRequest request) {
    Cookie[] cookies = request.getCookies();
    if (cookies != null) {
      for (Cookie cookie : cookies) {
        if (cookie.getName().equals(SessionCookie.NAME) && !cookie.getValue().isEmpty()) {
          return Optional.of(cookie.getValue());
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "Credentials[" + kind + "]";
  }
}
