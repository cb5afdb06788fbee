package io.carillon.gateway.socketio.engine;

import io.carillon.gateway.CdiConfigurator;
import io.carillon.gateway.EntryGates;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/** Puts Engine.IO up at a path of an application that is starting. */
public final class EnginePath {
  private EnginePath() {}

  /**
   * Puts up the gate, the servlet for polling and the endpoint for WebSockets.
   *
   * @param path without a slash at its end
   */
  public static void putUp(
      ServletContext context, EntryGates gates, String path, EngineSessions sessions) {
    ServletRegistration.Dynamic servlet =
        context.addServlet("engine.io at " + path, new EngineServlet());
    servlet.setAsyncSupported(true);
    servlet.addMapping(path + "/*");
    ServerContainer sockets =
        (ServerContainer) context.getAttribute(ServerContainer.class.getName());
    try {
      sockets.addEndpoint(
          ServerEndpointConfig.Builder.create(EngineEndpoint.class, path + '/')
              .configurator(new WithoutInjection())
              .build());
    } catch (DeploymentException e) {
      throw new IllegalStateException("WebSockets cannot be put up at " + path, e);
    }
    gates.add(new EngineGate(path, sessions));
  }

  /** No extension, as in {@link CdiConfigurator}; nothing is injected. */
  private static final class WithoutInjection extends ServerEndpointConfig.Configurator {
    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(new EngineEndpoint());
    }

    @Override
    public List<Extension> getNegotiatedExtensions(
        List<Extension> installed, List<Extension> requested) {
      return List.of();
    }
  }
}
