package io.carillon.rest;

import io.carillon.security.IssuedToken;
import java.util.Locale;

/**
 * The cookie that holds a login's token. Scripts cannot read it, and browsers send it with requests
 * from pages of our own site only: EventSource and WebSocket of such a page included.
 */
final class SessionCookie {
  static final String NAME = "carillon_session";

  private SessionCookie() {}

  /**
   * The header's value for a token. The browser forgets it when it closes; the token ends before.
   *
   * @param contextPath where the application lives, empty for the root
   * @param secure whether the browser came by https
   */
  static String of(IssuedToken token, String contextPath, boolean secure) {
    return cookie(token.token(), contextPath, secure);
  }

  /** The header's value that makes the browser forget it. */
  static String cleared(String contextPath, boolean secure) {
    return cookie("", contextPath, secure) + "; Max-Age=0";
  }

  // By hand: Servlet 5 and JAX-RS 3.0 know no SameSite.
  private static String cookie(String value, String contextPath, boolean secure) {
    return String.format(
        Locale.ROOT,
        "%s=%s; Path=%s; HttpOnly; SameSite=Strict%s",
        NAME,
        value,
        contextPath.isEmpty() ? "/" : contextPath,
        secure ? "; Secure" : "");
  }
}
