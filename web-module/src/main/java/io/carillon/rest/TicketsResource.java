package io.carillon.rest;

import io.carillon.json.JsonObject;
import io.carillon.security.Tickets;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/** Tickets for {@code EventSource} and browser WebSockets, which cannot send a header. */
@Path("tickets")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class TicketsResource {
  private final Tickets tickets;

  public TicketsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public TicketsResource(Tickets tickets) {
    this.tickets = tickets;
  }

  /** A ticket for one stream or socket of the caller's, within its short life. */
  @POST
  public Response issue(@Context SecurityContext security) {
    Tickets.Ticket ticket = tickets.issue(Caller.of(security));
    JsonObject body =
        new JsonObject()
            .put("ticket", ticket.value())
            .put("expiresAt", UserJson.time(ticket.expiresAt()));
    return Response.status(Response.Status.CREATED).entity(body).build();
  }
}
