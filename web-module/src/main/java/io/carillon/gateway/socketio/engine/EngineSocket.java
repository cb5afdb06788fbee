package io.carillon.gateway.socketio.engine;

import io.carillon.application.Failures;
import io.carillon.gateway.EntryGate.Visitor;
import io.carillon.transport.WebSocketConnection;
import io.carillon.transport.WebSocketListener;
import java.util.Arrays;
import java.util.Optional;

/**
 * A WebSocket of Engine.IO: one that a session begins on, or one that a polling session changes
 * over to.
 */
final class EngineSocket implements WebSocketListener {
  private enum State {
    PROBE_EXPECTED,
    UPGRADE_EXPECTED,
    CARRYING,
    REFUSED
  }

  private final EngineSessions sessions;
  private final Visitor visitor;
  private final WebSocketConnection connection;
  private volatile EngineSession session; // null until one begins on this socket
  private volatile State state = State.PROBE_EXPECTED;

  /**
   * @param session the one to change over; empty for a new one
   */
  EngineSocket(
      EngineSessions sessions,
      Visitor visitor,
      Optional<EngineSession> session,
      WebSocketConnection connection) {
    this.sessions = sessions;
    this.visitor = visitor;
    this.session = session.orElse(null);
    this.connection = connection;
  }

  @Override
  public void onOpened() {
    if (session == null) {
      state = State.CARRYING;
      try {
        session = sessions.openOn(connection, visitor);
      } catch (RuntimeException e) {
        state = State.REFUSED;
        connection.close(Failures.of(e).code());
      }
    } else if (!session.probe(connection)) {
      state = State.REFUSED;
      connection.close(WebSocketConnection.NORMAL);
    }
  }

  @Override
  public void onText(byte[] utf8, int offset, int length) {
    switch (state) {
      case CARRYING -> session.onPacket(utf8, offset, length);
      case PROBE_EXPECTED -> {
        if (EnginePackets.isProbe(utf8, offset, length)) {
          state = State.UPGRADE_EXPECTED;
          connection.queue().send(EnginePackets.PROBE_ANSWER);
          session.probed();
        } else {
          refuse();
        }
      }
      case UPGRADE_EXPECTED -> {
        if (EnginePackets.isUpgrade(utf8, offset, length) && session.upgrade(connection)) {
          state = State.CARRYING;
        } else {
          refuse();
        }
      }
      case REFUSED -> {} // is being closed
    }
  }

  private void refuse() {
    state = State.REFUSED;
    session.unprobe(connection);
    connection.close(WebSocketConnection.NORMAL);
  }

  @Override
  public void onBinary(byte[] bytes, int offset, int length) {
    if (state == State.CARRYING) {
      session.onBinary(Arrays.copyOfRange(bytes, offset, offset + length));
    } else if (state != State.REFUSED) {
      refuse();
    }
  }

  @Override
  public void onOversized(byte[] head, int offset, int length) {
    connection.close(WebSocketConnection.TOO_LARGE);
  }

  @Override
  public void onDraining(Runnable close) {
    close.run();
  }

  @Override
  public void onClosed() {
    EngineSession current = session;
    if (current == null) {
      return;
    }
    if (state == State.CARRYING) {
      current.finish();
    } else {
      current.unprobe(connection);
    }
  }
}
