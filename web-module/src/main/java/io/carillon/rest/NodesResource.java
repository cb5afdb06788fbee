package io.carillon.rest;

import io.carillon.application.NodeRegistry;
import io.carillon.domain.node.NodeReport;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** The running servers, for admins. */
@Path("admin/nodes")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class NodesResource {
  private final NodeRegistry registry;

  public NodesResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public NodesResource(NodeRegistry registry) {
    this.registry = registry;
  }

  @GET
  public JsonObject list(@Context SecurityContext security) {
    List<JsonObject> nodes =
        registry.list(Caller.of(security)).stream().map(NodesResource::json).toList();
    return new JsonObject().put("nodes", nodes);
  }

  private static JsonObject json(NodeRegistry.Node node) {
    NodeReport report = node.report();
    return new JsonObject()
        .put("id", report.name())
        .put("run", report.run())
        .put("version", report.version())
        .put("state", node.state().name())
        .put("startedAt", IsoTime.text(report.startedAtMillis()))
        .put("seenAt", IsoTime.text(node.seenAtMillis()))
        .put("connections", report.connections())
        .put("loadPercent", report.loadPercent());
  }
}
