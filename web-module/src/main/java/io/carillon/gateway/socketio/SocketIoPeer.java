package io.carillon.gateway.socketio;

import io.carillon.application.LiveConnection;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.GatewayServices;
import io.carillon.gateway.socketio.engine.EngineSession;
import io.carillon.hub.OutboundQueue;
import io.carillon.security.ConnectionLimits;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One user on one Engine.IO session: mostly the only one, with one session or a few in as many
 * namespaces. It counts as one connection. Any thread.
 */
final class SocketIoPeer implements LiveConnection {
  static final String TRANSPORT = "socketio";

  private final GatewayServices services;
  private final EngineSession engine;
  private final ConnectionLimits.Permit place;
  private final List<SocketIoSession> sessions = new CopyOnWriteArrayList<>();
  private volatile Identity identity;
  private volatile String presenceId;

  SocketIoPeer(
      GatewayServices services,
      EngineSession engine,
      Identity identity,
      ConnectionLimits.Permit place) {
    this.services = services;
    this.engine = engine;
    this.identity = identity;
    this.place = place;
  }

  void open() {
    presenceId = services.connections().opened(this);
  }

  String presenceId() {
    return presenceId;
  }

  void add(SocketIoSession session) {
    sessions.add(session);
  }

  /**
   * @return whether that was the last one
   */
  boolean remove(SocketIoSession session) {
    return sessions.remove(session) && sessions.isEmpty();
  }

  boolean isSameUser(Identity other) {
    return identity.organization().equals(other.organization())
        && identity.kind() == other.kind()
        && identity.userId().equals(other.userId());
  }

  void ended() {
    services.connections().closed(this);
    place.close();
  }

  @Override
  public Identity identity() {
    return identity;
  }

  void renew(Identity renewed) {
    identity = renewed;
  }

  @Override
  public String transport() {
    return TRANSPORT;
  }

  @Override
  public OutboundQueue queue() {
    return engine.queue();
  }

  @Override
  public void close(ErrorCode reason) {
    if (SocketIoErrors.isFinal(reason)) {
      sessions.forEach(session -> session.dismiss(reason));
    } else if (reason == ErrorCode.DRAINING) {
      drain();
    } else {
      engine.close(reason);
    }
  }

  /** Leaves once all that was begun is answered. */
  private void drain() {
    AtomicInteger busy = new AtomicInteger(1);
    Runnable oneLess =
        () -> {
          if (busy.decrementAndGet() == 0) {
            engine.close(ErrorCode.DRAINING);
          }
        };
    for (SocketIoSession session : sessions) {
      busy.incrementAndGet();
      session.drain(oneLess);
    }
    oneLess.run();
  }

  @Override
  public void heartbeat() {
    // Engine.IO has its own.
  }
}
