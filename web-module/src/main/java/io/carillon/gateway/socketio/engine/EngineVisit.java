package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.hub.EncodedFrame;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketListener;
import io.carillon.transport.WebSocketProtocol;
import java.security.Principal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that the gate has let in, in the shape that containers hand on to servlets and
 * endpoints.
 *
 * @param session the one it belongs to; empty for a new one
 */
public record EngineVisit(EngineSessions sessions, Visitor visitor, Optional<EngineSession> session)
    implements Principal, WebSocketProtocol {
  /** For the answer to a probe; what a session says does not go through this. */
  private static final int OWN_QUEUE_BYTES = 1_024;

  public EngineVisit {
    Objects.requireNonNull(sessions);
    Objects.requireNonNull(visitor);
    Objects.requireNonNull(session);
  }

  @Override
  public String getName() {
    return visitor.identity().map(identity -> identity.userId().value()).orElse("");
  }

  @Override
  public List<String> subprotocols() {
    return List.of();
  }

  @Override
  public int maxMessageBytes() {
    return sessions.limits().maxPayloadBytes();
  }

  @Override
  public boolean takesBinary() {
    return true;
  }

  @Override
  public int maxQueuedBytes() {
    return OWN_QUEUE_BYTES;
  }

  @Override
  public WebSocketListener open(WebSocketConnection connection) {
    return new EngineSocket(sessions, visitor, session, connection);
  }

  @Override
  public int closeCode(ErrorCode reason) {
    return reason.closeCode();
  }

  @Override
  public Optional<EncodedFrame> farewell(ErrorCode reason) {
    return Optional.empty();
  }

  /** Without the session's id. */
  @Override
  public String toString() {
    return "EngineVisit of " + visitor.address();
  }
}
