package io.carillon.rest;

import io.carillon.application.Readiness;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * What load balancers and orchestrators ask: whether the process works ({@code live}), and whether
 * it should be sent clients ({@code ready}). Open to everybody; it tells no more than that.
 */
@WebServlet(urlPatterns = {"/health/live", "/health/ready"})
public class HealthServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Inject private transient Readiness readiness;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (request.getServletPath().equals("/health/live")) {
      write(response, HttpServletResponse.SC_OK, new JsonObject().put("status", "UP"));
      return;
    }
    Readiness.Report report = readiness.report();
    JsonObject body =
        new JsonObject()
            .put("status", report.status().name())
            .put("checks", report.checks().stream().map(HealthServlet::json).toList());
    boolean ready = report.status() != Readiness.Status.DOWN;
    write(
        response,
        ready ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE,
        body);
  }

  private static JsonObject json(Readiness.Check check) {
    return new JsonObject().put("name", check.name()).put("status", check.status().name());
  }

  private static void write(HttpServletResponse response, int status, JsonObject body)
      throws IOException {
    byte[] bytes = Json.bytes(body);
    response.setStatus(status);
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
