package io.carillon.rest;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * {@link ErrorMapper} for {@link WebApplicationException}: the nearest mapper of an exception is
 * asked, and CXF has a mapper of its own, which would send no problem document.
 */
@Provider
@Priority(1)
@Dependent // no proxy: CXF on TomEE would not see what it maps
public class RefusalMapper implements ExceptionMapper<WebApplicationException> {
  private final ErrorMapper errors;

  public RefusalMapper() { // RESTEasy looks for it, and has CDI make the bean all the same
    this.errors = null;
  }

  @Inject
  public RefusalMapper(ErrorMapper errors) {
    this.errors = errors;
  }

  @Override
  public Response toResponse(WebApplicationException failure) {
    return errors.toResponse(failure);
  }
}
