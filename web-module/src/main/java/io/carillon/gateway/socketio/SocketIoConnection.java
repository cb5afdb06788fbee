package io.carillon.gateway.socketio;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.gateway.Offences;
import io.carillon.gateway.socketio.engine.EngineListener;
import io.carillon.gateway.socketio.engine.EngineSession;
import io.carillon.hub.OutboundQueue;
import io.carillon.json.JsonObject;
import io.carillon.security.FrameLimiter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one Engine.IO session carries: a client's sessions in one namespace or several. A client
 * that breaks the protocol loses them all, by the exception that says so.
 */
final class SocketIoConnection implements EngineListener {
  private static final int MAX_MALFORMED = 10; // at once; one in six seconds is forgiven
  private static final double MALFORMED_PER_SECOND = 1 / 6.0;
  private static final int MAX_FLOODED = 100; // over the limit of events
  private static final double FLOODED_PER_SECOND = 100;
  private static final int MAX_UNKNOWN = 20; // namespaces that there are not
  private static final double UNKNOWN_PER_SECOND = 1;

  private final SocketIoServices services;
  private final EngineSession engine;

  // Of what arrives, one message at a time.
  private final FrameLimiter limiter;
  private SocketIoFrame incomplete; // waits for attachments; null mostly
  private final List<byte[]> attachments = new ArrayList<>(0);
  private int incompleteBytes;
  private Offences flooded; // null until the first one
  private Offences unknown;

  // Guarded by this.
  private final Map<SocketIoNamespace, SocketIoSession> sessions = new HashMap<>(2);
  private final List<SocketIoPeer> peers = new ArrayList<>(1);
  private Offences malformed;
  private long connectByNanos;
  private boolean closed;

  SocketIoConnection(SocketIoServices services, EngineSession engine) {
    this.services = services;
    this.engine = engine;
    this.limiter =
        new FrameLimiter(services.shared().settings().limits().framesPerSecond(), System::nanoTime);
    waitForConnect();
  }

  private synchronized void waitForConnect() {
    connectByNanos =
        System.nanoTime() + services.shared().settings().socketIo().connectTimeout().toNanos();
  }

  OutboundQueue queue() {
    return engine.queue();
  }

  Visitor visitor() {
    return engine.visitor();
  }

  // ---- what arrives

  @Override
  public void onText(byte[] utf8, int offset, int length) {
    if (incomplete != null) {
      throw malformed("text among attachments");
    }
    SocketIoFrame frame = SocketIoCodec.decode(utf8, offset, length);
    switch (frame.type()) {
      case CONNECT -> onConnect(frame);
      case DISCONNECT -> joined(frame).onDisconnect();
      case EVENT -> onEvent(frame, length);
      case ACK -> joined(frame); // we ask for none, so it is nobody's
      case BINARY_EVENT, BINARY_ACK -> {
        joined(frame);
        incomplete = frame;
        incompleteBytes = length;
      }
      case CONNECT_ERROR -> throw malformed("packet type");
    }
  }

  @Override
  public void onBinary(byte[] bytes) {
    SocketIoFrame frame = incomplete;
    if (frame == null) {
      throw malformed("an attachment that nothing waits for");
    }
    incompleteBytes += bytes.length;
    if (incompleteBytes > services.shared().settings().socketIo().maxPayloadBytes()) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "attachments");
    }
    attachments.add(bytes);
    if (attachments.size() < frame.attachments()) {
      return;
    }
    Object payload = SocketIoCodec.withAttachments(frame.payload(), attachments);
    incomplete = null;
    attachments.clear();
    if (frame.type() == SocketIoFrame.Type.BINARY_EVENT) {
      onEvent(
          new SocketIoFrame(frame.type(), 0, frame.namespace(), frame.ackId(), payload),
          incompleteBytes);
    }
  }

  private void onConnect(SocketIoFrame frame) {
    Optional<SocketIoNamespace> namespace = SocketIoNamespace.of(frame.namespace());
    if (namespace.isEmpty()) {
      if (unknown == null) {
        unknown = new Offences(MAX_UNKNOWN, UNKNOWN_PER_SECOND, System::nanoTime);
      }
      if (unknown.isTooMuch()) {
        throw malformed("namespaces");
      }
      queue().send(SocketIoErrors.invalidNamespace(frame.namespace()));
      return;
    }
    SocketIoSession session = new SocketIoSession(services, this, namespace.get());
    synchronized (this) {
      if (closed) {
        return;
      }
      if (sessions.putIfAbsent(namespace.get(), session) != null) {
        throw malformed("connected twice");
      }
    }
    session.begin(frame.payload() instanceof JsonObject payload ? payload : new JsonObject());
  }

  private void onEvent(SocketIoFrame frame, int sizeBytes) {
    SocketIoSession session = joined(frame);
    if (limiter.tryTake()) {
      session.onEvent((List<?>) frame.payload(), frame.ackId(), sizeBytes);
      return;
    }
    if (flooded == null) {
      flooded = new Offences(MAX_FLOODED, FLOODED_PER_SECOND, System::nanoTime);
    }
    if (flooded.isTooMuch()) {
      services.shared().metrics().refused(ErrorCode.RATE_LIMITED);
      engine.close(ErrorCode.RATE_LIMITED);
    } else {
      session.onFlood(frame.ackId());
    }
  }

  private SocketIoSession joined(SocketIoFrame frame) {
    SocketIoSession session =
        SocketIoNamespace.of(frame.namespace()).map(this::session).orElse(null);
    if (session == null) {
      throw malformed("not connected");
    }
    return session;
  }

  private synchronized SocketIoSession session(SocketIoNamespace namespace) {
    return sessions.get(namespace);
  }

  /** Counts an event that cannot be understood. */
  synchronized boolean isTooOftenMalformed() {
    if (malformed == null) {
      malformed = new Offences(MAX_MALFORMED, MALFORMED_PER_SECOND, System::nanoTime);
    }
    return malformed.isTooMuch();
  }

  // ---- who is there

  /**
   * Puts a session to the user whose it is.
   *
   * @throws RealtimeException with {@code RATE_LIMITED} or {@code OVERLOADED}
   */
  SocketIoPeer enter(SocketIoSession session, Identity identity) {
    SocketIoPeer peer = find(session, identity).orElse(null);
    if (peer != null) {
      return peer;
    }
    SocketIoPeer made =
        new SocketIoPeer(
            services.shared(), engine, identity, services.places().acquireUser(identity));
    boolean late;
    synchronized (this) {
      late = closed;
      if (!late) {
        peers.add(made);
        made.add(session);
      }
    }
    made.open();
    if (late) {
      made.ended();
      throw new RealtimeException(ErrorCode.CONFLICT, "the connection has gone");
    }
    return made;
  }

  private synchronized Optional<SocketIoPeer> find(SocketIoSession session, Identity identity) {
    for (SocketIoPeer peer : peers) {
      if (peer.isSameUser(identity)) {
        peer.renew(identity);
        peer.add(session);
        return Optional.of(peer);
      }
    }
    return Optional.empty();
  }

  /** A session has ended. */
  void leave(SocketIoSession session, Optional<SocketIoPeer> peer) {
    boolean last = peer.isPresent() && peer.get().remove(session);
    synchronized (this) {
      sessions.remove(session.namespace(), session);
      if (last) {
        peers.remove(peer.get());
      }
      if (sessions.isEmpty()) {
        waitForConnect();
      }
    }
    if (last) {
      peer.get().ended();
    }
  }

  // ---- the end

  @Override
  public void onTick(long nowNanos) {
    boolean idle;
    synchronized (this) {
      idle = peers.isEmpty() && connectByNanos - nowNanos <= 0;
    }
    if (idle) {
      engine.close(ErrorCode.UNAUTHENTICATED);
    }
  }

  void close(ErrorCode reason) {
    engine.close(reason);
  }

  @Override
  public void onAborted(ErrorCode reason) {
    if (reason == ErrorCode.SLOW_CONSUMER) {
      services.shared().metrics().refused(reason);
    }
  }

  @Override
  public void onClosed() {
    List<SocketIoSession> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(sessions.values());
    }
    left.forEach(SocketIoSession::end);
  }

  private static RealtimeException malformed(String what) {
    return new RealtimeException(ErrorCode.MALFORMED, what);
  }
}
