package io.carillon.rest;

import io.carillon.domain.channel.ChannelName;
import io.carillon.gateway.PresenceJson;
import io.carillon.json.JsonObject;
import io.carillon.presence.PresenceService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/** Who is in a channel. */
@Path("channels/{channel}/presence")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class ChannelPresenceResource {
  private final PresenceService presence;

  public ChannelPresenceResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public ChannelPresenceResource(PresenceService presence) {
    this.presence = presence;
  }

  @GET
  public JsonObject present(
      @Context SecurityContext security, @PathParam("channel") String channel) {
    return PresenceJson.users(presence.ofChannel(Caller.of(security), new ChannelName(channel)));
  }
}
