package io.carillon.admin;

import io.carillon.application.Overview;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/** How the server does, in numbers: once, or every second. */
@Path("admin/overview")
@ApplicationScoped
public class AdminOverviewResource {
  private final Overview overview;
  private final OverviewStreams streams;

  public AdminOverviewResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public AdminOverviewResource(Overview overview, OverviewStreams streams) {
    this.overview = overview;
    this.streams = streams;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public JsonObject get(@Context SecurityContext security) {
    return OverviewJson.write(overview.snapshot(Caller.of(security)));
  }

  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void events(@Context HttpServletRequest request, @Suspended AsyncResponse answer) {
    streams.open(request, answer);
  }
}
