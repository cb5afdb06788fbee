package io.carillon.gateway.socketio.engine;

/** What is spoken over Engine.IO sessions. Any thread. */
@FunctionalInterface
public interface EngineProtocol {

  /** Makes the protocol's side of a session that has just opened. */
  EngineListener open(EngineSession session);
}
