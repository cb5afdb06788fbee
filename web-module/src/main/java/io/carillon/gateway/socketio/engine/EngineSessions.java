package io.carillon.gateway.socketio.engine;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.node.Workers;
import io.carillon.security.ConnectionLimits;
import io.carillon.transport.WebSocketConnection;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * The Engine.IO sessions of one path on this node. One wheel sends their pings and ends those whose
 * client is gone: no session has a timer of its own. Any thread.
 */
public final class EngineSessions {
  private static final int ID_BYTES = 15; // 20 characters
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
  private static final Duration SHORTEST_TICK = Duration.ofMillis(20);

  private final EngineProtocol protocol;
  private final EngineLimits limits;
  private final ConnectionLimits places;
  private final BooleanSupplier draining;
  private final Workers workers;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, EngineSession> sessions = new ConcurrentHashMap<>();

  /**
   * @param draining whether the node lets nobody new in
   */
  public EngineSessions(
      EngineProtocol protocol,
      EngineLimits limits,
      ConnectionLimits places,
      BooleanSupplier draining,
      Workers workers) {
    this.protocol = protocol;
    this.limits = limits;
    this.places = places;
    this.draining = draining;
    this.workers = workers;
  }

  /** Starts the wheel; once. */
  public void start() {
    Duration shortest =
        limits.pingInterval().compareTo(limits.pingTimeout()) < 0
            ? limits.pingInterval()
            : limits.pingTimeout();
    Duration tick = shortest.dividedBy(8);
    if (tick.compareTo(LONGEST_TICK) > 0) {
      tick = LONGEST_TICK;
    } else if (tick.compareTo(SHORTEST_TICK) < 0) {
      tick = SHORTEST_TICK;
    }
    workers.every(
        tick,
        () -> {
          long now = System.nanoTime();
          sessions.values().forEach(session -> session.tick(now));
        });
  }

  EngineLimits limits() {
    return limits;
  }

  Workers workers() {
    return workers;
  }

  /** Sessions that are open. */
  public int size() {
    return sessions.size();
  }

  Optional<EngineSession> find(String id) {
    return Optional.ofNullable(sessions.get(id));
  }

  void forget(EngineSession session) {
    sessions.remove(session.id(), session);
  }

  /**
   * Opens a session that polls; its open packet waits for the first poll.
   *
   * @throws RealtimeException with {@code RATE_LIMITED}, {@code OVERLOADED} or {@code DRAINING}
   */
  EngineSession openPolling(Visitor visitor) {
    EngineSession session = make(visitor);
    session.queue().offer(EnginePackets.open(session.id(), true, limits));
    enter(session);
    return session;
  }

  /** Opens a session on a socket; as {@link #openPolling}. */
  EngineSession openOn(WebSocketConnection socket, Visitor visitor) {
    EngineSession session = make(visitor);
    session.beginOn(socket);
    session.queue().send(EnginePackets.open(session.id(), false, limits));
    enter(session);
    return session;
  }

  private EngineSession make(Visitor visitor) {
    if (draining.getAsBoolean()) {
      throw new RealtimeException(ErrorCode.DRAINING, "no new connections");
    }
    ConnectionLimits.Permit place = places.acquireUnknown(visitor.address());
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    return new EngineSession(
        this, Base64.getUrlEncoder().withoutPadding().encodeToString(id), visitor, place::close);
  }

  private void enter(EngineSession session) {
    session.begin(protocol.open(session));
    sessions.put(session.id(), session);
    if (session.queue().isClosed()) {
      session.finish(); // its socket went meanwhile
      forget(session);
    }
  }
}
