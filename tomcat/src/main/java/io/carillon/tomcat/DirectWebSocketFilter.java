package io.carillon.tomcat;

import io.carillon.application.Connections;
import io.carillon.application.Failures;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.chat.ChatSessions;
import io.carillon.gateway.socketio.engine.EngineVisit;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import io.carillon.rest.Identities;
import io.carillon.rest.Problem;
import io.carillon.security.ConnectionLimits;
import io.carillon.transport.WebSocketProtocol;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Answers WebSocket handshakes (RFC 6455 section 4.2) and takes the connection over, after the
 * authentication and before Tomcat's own WebSocket container. Everything else passes, TLS included:
 * there Tomcat's container carries the same protocol through its endpoint.
 */
final class DirectWebSocketFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;
  private static final int SC_UPGRADE_REQUIRED = 426;
  private static final String VERSION = "13";

  // Set before the first request; a filter is made before there are beans.
  private transient ChatSessions chat;
  private transient Connections connections;
  private transient ConnectionLimits limits;
  private transient Metrics metrics;
  private transient Workers workers;

  @Override
  public void init() {
    CDI<Object> beans = CDI.current();
    chat = beans.select(ChatSessions.class).get();
    connections = beans.select(Connections.class).get();
    limits = beans.select(ConnectionLimits.class).get();
    metrics = beans.select(Metrics.class).get();
    workers = beans.select(Workers.class).get();
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!hasToken(request, "Upgrade", "websocket") || isTls(request)) {
      chain.doFilter(request, response);
      return;
    }
    if (!VERSION.equals(request.getHeader("Sec-WebSocket-Version"))) {
      response.setHeader("Sec-WebSocket-Version", VERSION);
      response.setHeader("Upgrade", "websocket");
      response.setHeader("Connection", "Upgrade");
      response.sendError(SC_UPGRADE_REQUIRED);
      return;
    }
    Optional<String> key = keyOf(request);
    if (key.isEmpty()) {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST);
      return;
    }
    try {
      if (request.getUserPrincipal() instanceof EngineVisit visit) {
        // Its place is taken with the session that it opens, or was taken with that before.
        takeOver(new Handshake(request, response, key.get()), visit, () -> {});
      } else {
        takeOverChat(new Handshake(request, response, key.get()));
      }
    } catch (RuntimeException e) {
      RealtimeException refusal = Failures.of(e);
      metrics.refused(refusal.code());
      Problem.of(refusal).writeTo(response);
    }
  }

  private record Handshake(HttpServletRequest request, HttpServletResponse response, String key) {}

  private void takeOverChat(Handshake handshake) throws IOException, ServletException {
    HttpServletRequest request = handshake.request();
    if (connections.isDraining()) {
      throw new RealtimeException(ErrorCode.DRAINING, "no new connections");
    }
    ConnectionLimits.Permit place =
        Identities.placeOf(request)
            .take()
            .orElseGet(() -> limits.acquire(Identities.of(request), Identities.addressOf(request)));
    takeOver(handshake, chat.with(Identities.of(request)), place::close);
  }

  private void takeOver(Handshake handshake, WebSocketProtocol protocol, Runnable place)
      throws IOException, ServletException {
    HttpServletRequest request = handshake.request();
    HttpServletResponse response = handshake.response();
    DirectWebSocket connection = new DirectWebSocket(protocol, place, workers);
    // From here on the place is the connection's, which gives it back, come what may.
    connection.expectBegin();
    response.setHeader("Upgrade", "websocket");
    response.setHeader("Connection", "Upgrade");
    response.setHeader("Sec-WebSocket-Accept", WebSocketFrames.accept(handshake.key()));
    subprotocolOf(request, protocol)
        .ifPresent(name -> response.setHeader("Sec-WebSocket-Protocol", name));
    request.upgrade(DirectUpgrade.class).prepare(connection);
  }

  /** The key of a request that is a handshake in all other points too. */
  private static Optional<String> keyOf(HttpServletRequest request) {
    List<String> keys = Collections.list(request.getHeaders("Sec-WebSocket-Key"));
    boolean handshake =
        request.getMethod().equals("GET")
            && request.getProtocol().equals("HTTP/1.1")
            && hasToken(request, "Connection", "upgrade")
            && keys.size() == 1
            && WebSocketFrames.isKey(keys.get(0).strip());
    return handshake ? Optional.of(keys.get(0).strip()) : Optional.empty();
  }

  /** The first that the client names and the protocol knows; a client may also name none. */
  private static Optional<String> subprotocolOf(
      HttpServletRequest request, WebSocketProtocol protocol) {
    return tokens(request, "Sec-WebSocket-Protocol").stream()
        .filter(protocol.subprotocols()::contains)
        .findFirst();
  }

  private static boolean hasToken(HttpServletRequest request, String header, String token) {
    return tokens(request, header).stream()
        .anyMatch(found -> found.toLowerCase(Locale.ROOT).equals(token));
  }

  private static List<String> tokens(HttpServletRequest request, String header) {
    List<String> tokens = new ArrayList<>();
    for (String line : Collections.list(request.getHeaders(header))) {
      for (String token : line.split(",")) {
        tokens.add(token.strip());
      }
    }
    return tokens;
  }

  /** Of this connection itself, not of one to a proxy in front of it. */
  static boolean isTls(HttpServletRequest request) {
    return request.getAttribute("jakarta.servlet.request.cipher_suite") != null;
  }
}
