package io.carillon.rest;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * What the path of a request asks for.
 *
 * <p>Whether a path is guarded is decided by what the container has decoded and will dispatch by,
 * so that no other spelling of a path gets past. What opens more than usual, that is a login
 * without credentials or a stream with a ticket, is decided by the undecoded path, letter for
 * letter, so that no other spelling of anything else gets through.
 */
enum GuardedPath {
  /** Not ours to guard: pages, health, metrics. */
  OPEN,
  /** Portal and console: open, too. */
  FRONT_END,
  /** For those who are yet to prove who they are. */
  LOGIN,
  /** Also for those whose credentials are no longer valid. */
  LOGOUT,
  /** A stream, socket or poll, which a browser may open with a ticket. */
  STREAM,
  /** Guarded. */
  GUARDED;

  static GuardedPath of(HttpServletRequest request) {
    String decoded = decoded(request);
    if (!isWithin(decoded, "/api") && !isWithin(decoded, "/ws")) {
      return isWithin(decoded, "/portal") || isWithin(decoded, "/admin") ? FRONT_END : OPEN;
    }
    String raw = request.getRequestURI().substring(request.getContextPath().length());
    switch (raw) {
      case "/api/login":
        return LOGIN;
      case "/api/logout":
        return LOGOUT;
      default:
        return isStream(raw) ? STREAM : GUARDED;
    }
  }

  private static boolean isWithin(String path, String root) {
    return path.equals(root) || path.startsWith(root + '/');
  }

  private static boolean isStream(String path) {
    switch (path) {
      case "/ws",
      "/api/events",
      "/api/notifications/stream",
      "/api/poll",
      "/api/admin/overview/events":
        return true;
      default:
        List<String> parts = List.of(path.split("/", -1));
        return parts.size() == 5
            && parts.get(1).equals("api")
            && (parts.get(2).equals("channels") || parts.get(2).equals("lists"))
            && parts.get(4).equals("events");
    }
  }

  /** The path within the application, as the container dispatches by it. */
  static String decoded(HttpServletRequest request) {
    String within = request.getPathInfo();
    return within == null ? request.getServletPath() : request.getServletPath() + within;
  }
}
