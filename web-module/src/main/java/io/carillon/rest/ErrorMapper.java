package io.carillon.rest;

import io.carillon.application.Failures;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Publication;
import io.carillon.domain.message.StaleVersionException;
import io.carillon.gateway.EventJson;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.node.Metrics;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.nio.charset.StandardCharsets;

/**
 * Turns whatever a resource or JAX-RS itself throws into a problem document. No exception's text
 * goes out: a refusal says its code, anything unforeseen a reference that the log has too.
 */
@Provider
@Priority(1)
@Dependent // no proxy: CXF on TomEE would not see what it maps
public class ErrorMapper implements ExceptionMapper<Throwable> {
  private static final int MAX_CAUSES = 8;

  private final Metrics metrics;

  public ErrorMapper() { // RESTEasy looks for it, and has CDI make the bean all the same
    this.metrics = null;
  }

  @Inject
  public ErrorMapper(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof WebApplicationException refusal
        && refusal.getResponse().getStatus() < 500) {
      return ofJaxRs(refusal.getResponse());
    }
    RealtimeException known = Failures.of(meantIn(failure));
    Problem problem = Problem.of(known);
    JsonObject body = problem.toJson();
    if (known instanceof StaleVersionException stale) {
      body.put("current", current(stale));
    }
    return response(problem, body).build();
  }

  /** Some servers wrap what a body's reader throws. */
  private static Throwable meantIn(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      if (cause instanceof RealtimeException) {
        return cause;
      }
      cause = cause.getCause();
    }
    return failure;
  }

  /** The item as it is now, in the form in which the client knows it. */
  private static Json.RawJson current(StaleVersionException stale) {
    Publication item = stale.current();
    byte[] json =
        EventJson.bytes(
            out -> {
              if (item.kind() == ChannelKind.LIST) {
                EventJson.writeTodo(item, out);
              } else {
                EventJson.writeMessage(item, out);
              }
            });
    return new Json.RawJson(new String(json, StandardCharsets.UTF_8));
  }

  /** A redirect stays what it is; a refusal keeps its status and what belongs to it. */
  private Response ofJaxRs(Response own) {
    if (own.getStatus() < 400) {
      return own;
    }
    Problem problem = Problem.ofStatus(own.getStatus());
    Response.ResponseBuilder response = response(problem, problem.toJson());
    if (own.getHeaderString(HttpHeaders.ALLOW) != null) {
      response.header(HttpHeaders.ALLOW, own.getHeaderString(HttpHeaders.ALLOW)); // with a 405
    }
    return response.build();
  }

  private Response.ResponseBuilder response(Problem problem, JsonObject body) {
    metrics.refused(problem.code());
    Response.ResponseBuilder response =
        Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(body);
    if (problem.status() == Response.Status.UNAUTHORIZED.getStatusCode()) {
      response.header(HttpHeaders.WWW_AUTHENTICATE, Problem.CHALLENGE);
    }
    problem
        .retryAfterSeconds()
        .ifPresent(seconds -> response.header(HttpHeaders.RETRY_AFTER, seconds));
    return response;
  }
}
