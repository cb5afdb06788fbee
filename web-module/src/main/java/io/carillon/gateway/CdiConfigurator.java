package io.carillon.gateway;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/**
 * Makes endpoints whose {@code @Inject} fields are filled on every server: embedded Tomcat would
 * leave them null. An endpoint's own instances are not beans; it should inject only beans of a
 * normal scope, since nobody disposes of dependent ones.
 */
public class CdiConfigurator extends ServerEndpointConfig.Configurator {

  /** For the container. */
  public CdiConfigurator() {}

  @Override
  public <T> T getEndpointInstance(Class<T> type) {
    return new Unmanaged<>(CDI.current().getBeanManager(), type)
        .newInstance()
        .produce()
        .inject()
        .postConstruct()
        .get();
  }

  /**
   * None: compression would cost memory for each idle connection, and work for each connection of a
   * fan-out.
   */
  @Override
  public List<Extension> getNegotiatedExtensions(
      List<Extension> installed, List<Extension> requested) {
    return List.of();
  }
}
