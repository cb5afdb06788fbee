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
 * What a request shows to prove who makes it. A bearer token counts before a ticket, a ticket
 * before the server's word, and that before the cookie; whatever counts must be valid: a client
 * with a wrong token is told so, and not served as whoever its cookie says.
 *
 * @param value a secret: never logged; empty where the server has it
 */
record Credentials(Kind kind, String value) {
  private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([\\x21-\\x7e]+)");

  enum Kind {
    /** A token or API key in the {@code Authorization} header. */
    BEARER,
    /** A single-use ticket in the query. */
    TICKET,
    /** A login's token in the cookie, which a browser sends by itself, whoever asked it to. */
    COOKIE,
    /**
     * The word of the server, which has it by means of its own: mostly a cookie again, or a
     * password that the browser remembers and sends by itself, too.
     */
    SERVER
  }

  Credentials {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(value);
  }

  /**
   * The credentials of a request, if it has any.
   *
   * @param mayHaveTicket whether this is a stream or a socket
   * @param serverKnows whether the server says who makes the request, and its word counts
   * @throws RealtimeException with {@code UNAUTHENTICATED} for a header that is none of ours
   */
  static Optional<Credentials> of(
      HttpServletRequest request, boolean mayHaveTicket, boolean serverKnows) {
    String header = request.getHeader("Authorization");
    if (header != null) {
      Matcher matcher = BEARER.matcher(header.strip());
      if (matcher.matches()) {
        return Optional.of(new Credentials(Kind.BEARER, matcher.group(1)));
      }
      if (!serverKnows) { // else it was for the server, which has taken it
        throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "Authorization is no bearer token");
      }
    }
    // Only a GET: reading a parameter of a POST would read its body.
    if (mayHaveTicket && request.getMethod().equals("GET")) {
      String ticket = request.getParameter("ticket");
      if (ticket != null) {
        return Optional.of(new Credentials(Kind.TICKET, ticket));
      }
    }
    if (serverKnows) {
      return Optional.of(new Credentials(Kind.SERVER, ""));
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

  /** Whether a browser sends them by itself, whoever asked it to. */
  boolean areSentUnasked() {
    return kind == Kind.COOKIE || kind == Kind.SERVER;
  }

  @Override
  public String toString() {
    return "Credentials[" + kind + "]";
  }
}
