package io.carillon.admin;

import io.carillon.application.MemberAdministration;
import io.carillon.domain.audit.Circumstances;
import io.carillon.domain.channel.Ban;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** Who is kept out of a channel. */
@Path("admin/channels/{channel}/bans")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class AdminBansResource {
  private final MemberAdministration members;

  public AdminBansResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminBansResource(MemberAdministration members) {
    this.members = members;
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    return Listing.of(
        members.bans(
            Caller.of(security),
            new ChannelName(channel),
            Listing.values(after, String.class).map(values -> (String) values.get(0)).orElse(""),
            Listing.limit(limit)),
        AdminBansResource::json,
        ban -> List.of(ban.user().value()));
  }

  /** Removes a member, too. Why is said in the query, as for every write here. */
  @PUT
  @Path("{userId}")
  public void ban(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("userId") String userId) {
    members.ban(
        Caller.of(security),
        new ChannelName(channel),
        new UserId(userId),
        Circumstances.current().reason());
  }

  @DELETE
  @Path("{userId}")
  public void unban(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("userId") String userId) {
    members.unban(Caller.of(security), new ChannelName(channel), new UserId(userId));
  }

  private static JsonObject json(Ban ban) {
    return new JsonObject()
        .put("userId", ban.user().value())
        .put("name", ban.name())
        .put("bannedAt", IsoTime.text(ban.bannedAtMillis()))
        .put("bannedBy", ban.by())
        .put("reason", ban.reason().isEmpty() ? null : ban.reason());
  }
}
