package io.carillon.rest;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * {@link ErrorMapper} for {@link RuntimeException}: the nearest mapper of an exception is asked,
 * and MicroProfile on TomEE has a mapper of its own, which would send the exception's text.
 */
@Provider
@Priority(1)
@Dependent // no proxy: CXF on TomEE would not see what it maps
public class RuntimeErrorMapper implements ExceptionMapper<RuntimeException> {
  private final ErrorMapper errors;

  public RuntimeErrorMapper() { // RESTEasy looks for it, and has CDI make the bean all the same
    this.errors = null;
  }

  @Inject
  public RuntimeErrorMapper(ErrorMapper errors) {
    this.errors = errors;
  }

  @Override
  public Response toResponse(RuntimeException failure) {
    return errors.toResponse(failure);
  }
}
