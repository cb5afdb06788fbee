package io.carillon.rest;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;

/** Puts every resource and provider of this module below {@code /api}; servers find them. */
@ApplicationPath("/api")
public class RestApplication extends Application {

  @Override
  public Map<String, Object> getProperties() {
    return Map.of(
        // Jersey would describe all resources at a path of its own; the OpenAPI document does that.
        "jersey.config.server.wadl.disableWadl",
        true,
        // A status without a body stays what it is, and gets no page of the container's.
        "jersey.config.server.response.setStatusOverSendError",
        true);
  }
}
