package io.carillon.rest;

import io.carillon.json.JsonObject;
import io.carillon.security.IssuedToken;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** What is answered when a session begins, goes on or ends. */
final class SessionAnswer {
  private SessionAnswer() {}

  /** A token, in the body for programs and in the cookie for pages. */
  static Response of(IssuedToken token, HttpServletRequest request, ClientFacts clients) {
    JsonObject body =
        new JsonObject()
            .put("token", token.token())
            .put("expiresAt", UserJson.time(token.expiresAt()))
            .put("user", UserJson.write(token.identity()));
    String cookie = SessionCookie.of(token, request.getContextPath(), isSecure(request, clients));
    return Response.ok(body).header(HttpHeaders.SET_COOKIE, cookie).build();
  }

  /** Nothing, and no cookie any more. */
  static Response ended(HttpServletRequest request, ClientFacts clients) {
    String cookie = SessionCookie.cleared(request.getContextPath(), isSecure(request, clients));
    return Response.noContent().header(HttpHeaders.SET_COOKIE, cookie).build();
  }

  private static boolean isSecure(HttpServletRequest request, ClientFacts clients) {
    return clients.schemeOf(request).equals("https");
  }
}
