package io.carillon.gateway.socketio;

import io.carillon.application.Connections;
import io.carillon.config.Settings;
import io.carillon.gateway.EntryGates;
import io.carillon.gateway.socketio.engine.EngineLimits;
import io.carillon.gateway.socketio.engine.EnginePath;
import io.carillon.gateway.socketio.engine.EngineSessions;
import io.carillon.node.Workers;
import io.carillon.security.ConnectionLimits;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.time.Duration;

/** Puts Socket.IO up at its path, which is a setting. */
@WebListener
public class SocketIoEndpoint implements ServletContextListener {
  private static final Duration UPGRADE_TIMEOUT = Duration.ofSeconds(10);

  @Inject SocketIoServices services;
  @Inject Settings settings;
  @Inject ConnectionLimits places;
  @Inject Connections connections;
  @Inject Workers workers;
  @Inject EntryGates gates;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    Settings.SocketIo socketIo = settings.socketIo();
    EngineLimits limits =
        new EngineLimits(
            socketIo.pingInterval(),
            socketIo.pingTimeout(),
            UPGRADE_TIMEOUT,
            socketIo.maxPayloadBytes(),
            settings.connections().queueBytes(),
            settings.connections().writeDeadline());
    EngineSessions sessions =
        new EngineSessions(services::open, limits, places, connections::isDraining, workers);
    sessions.start();
    EnginePath.putUp(event.getServletContext(), gates, socketIo.path(), sessions);
  }
}
