package io.carillon.rest;

import io.carillon.domain.user.UserId;
import io.carillon.gateway.PresenceJson;
import io.carillon.json.JsonObject;
import io.carillon.presence.PresenceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** Who of many is there. */
@Path("presence")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class PresenceResource {
  private final PresenceService presence;

  public PresenceResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public PresenceResource(PresenceService presence) {
    this.presence = presence;
  }

  /** A question with a body, since a thousand ids do not fit an address. */
  @POST
  @Path("query")
  public JsonObject query(@Context SecurityContext security, JsonObject body) {
    if (!body.hasValue("userIds")) {
      throw Parameters.malformed("userIds");
    }
    List<UserId> users = body.strings("userIds").stream().map(UserId::new).toList();
    return PresenceJson.users(presence.query(Caller.of(security), users));
  }
}
