package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.EntryGate;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.Optional;

/**
 * Looks at every Engine.IO request before anything is upgraded: what is wrong with it is answered
 * with a status and a number of the protocol's own. Any thread.
 */
public final class EngineGate implements EntryGate {
  private static final String VERSION = "4";

  private final String path;
  private final EngineSessions sessions;

  /**
   * @param path without a slash at its end
   */
  public EngineGate(String path, EngineSessions sessions) {
    this.path = path;
    this.sessions = sessions;
  }

  @Override
  public boolean covers(String requested) {
    return requested.startsWith(path)
        && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
  }

  /** Who opens a session; later requests show its id. */
  @Override
  public boolean asksWho(HttpServletRequest request) {
    return EngineQuery.of(request).get("sid").isEmpty();
  }

  @Override
  public Optional<Principal> admit(
      HttpServletRequest request, HttpServletResponse response, Visitor visitor)
      throws IOException {
    boolean upgrade = isUpgrade(request);
    EngineQuery query = EngineQuery.of(request);
    Optional<EngineSession> session = query.get("sid").flatMap(sessions::find);
    Optional<EngineError> error = check(request, query, session, upgrade);
    if (error.isEmpty()) {
      return Optional.of(new EngineVisit(sessions, visitor, session));
    }
    if (upgrade) {
      error.get().refuseUpgrade(response);
    } else {
      error.get().answer(response);
    }
    return Optional.empty();
  }

  private static Optional<EngineError> check(
      HttpServletRequest request,
      EngineQuery query,
      Optional<EngineSession> session,
      boolean upgrade) {
    String transport = query.get("transport").orElse("");
    boolean webSocket = transport.equals("websocket");
    if (!webSocket && !transport.equals("polling")) {
      return Optional.of(EngineError.TRANSPORT_UNKNOWN);
    }
    if (query.get("sid").isPresent()) {
      return session.isEmpty()
          ? Optional.of(EngineError.SESSION_UNKNOWN)
          : checkOngoing(request, session.get(), webSocket, upgrade);
    }
    if (!request.getMethod().equals("GET")) {
      return Optional.of(EngineError.BAD_HANDSHAKE_METHOD);
    }
    if (webSocket != upgrade) {
      return Optional.of(EngineError.BAD_REQUEST);
    }
    return query.get("EIO").filter(VERSION::equals).isPresent()
        ? Optional.empty()
        : Optional.of(EngineError.UNSUPPORTED_VERSION);
  }

  private static Optional<EngineError> checkOngoing(
      HttpServletRequest request, EngineSession session, boolean webSocket, boolean upgrade) {
    boolean method = request.getMethod().equals("GET") || request.getMethod().equals("POST");
    boolean fits = upgrade ? webSocket : !webSocket && session.isPolling();
    return method && fits ? Optional.empty() : Optional.of(EngineError.BAD_REQUEST);
  }

  private static boolean isUpgrade(HttpServletRequest request) {
    return "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
  }

  @Override
  public void refuse(
      HttpServletRequest request, HttpServletResponse response, RealtimeException reason)
      throws IOException {
    if (reason.code() == ErrorCode.FORBIDDEN) {
      if (isUpgrade(request)) {
        EngineError.FORBIDDEN.refuseUpgrade(response);
      } else {
        EngineError.FORBIDDEN.answer(response);
      }
    } else {
      EngineError.FORBIDDEN.answer(response, reason.code().httpStatus());
    }
  }
}
