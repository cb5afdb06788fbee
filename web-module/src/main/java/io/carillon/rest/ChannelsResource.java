package io.carillon.rest;

import io.carillon.application.ChannelService;
import io.carillon.application.ChannelSettings;
import io.carillon.application.ChannelSummary;
import io.carillon.application.Page;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** The organization's channels. */
@Path("channels")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ChannelsResource {
  /** Closed to all but its members unless the body says otherwise. */
  private static final ChannelSettings UNSAID =
      new ChannelSettings("", "", Visibility.PRIVATE, ChannelPolicy.DEFAULT, false);

  private final ChannelService channels;

  public ChannelsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public ChannelsResource(ChannelService channels) {
    this.channels = channels;
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    Page<ChannelSummary> page =
        channels.list(
            Caller.of(security),
            after == null ? "" : new ChannelName(after).value(),
            Parameters.limit(limit, ChannelService.MAX_PAGE, ChannelService.MAX_PAGE));
    List<JsonObject> listed = page.items().stream().map(ChannelJson::write).toList();
    return new JsonObject().put("channels", listed).put("hasMore", page.hasMore());
  }

  @POST
  public Response create(@Context SecurityContext security, JsonObject body) {
    ChannelKind kind =
        body.string("kind")
            .map(text -> Parameters.constant(ChannelKind.class, text, "kind"))
            .orElse(ChannelKind.CHAT);
    ChannelSummary made =
        channels.create(
            Caller.of(security),
            new ChannelName(body.requireString("channelId")),
            kind,
            ChannelJson.changed(UNSAID, body).withArchived(false));
    return Response.status(Response.Status.CREATED).entity(ChannelJson.write(made)).build();
  }

  @GET
  @Path("{channel}")
  public JsonObject get(@Context SecurityContext security, @PathParam("channel") String channel) {
    return ChannelJson.write(channels.get(Caller.of(security), new ChannelName(channel)));
  }

  @PATCH
  @Path("{channel}")
  public JsonObject change(
      @Context SecurityContext security, @PathParam("channel") String channel, JsonObject body) {
    Identity by = Caller.of(security);
    ChannelName name = new ChannelName(channel);
    channels.change(by, name, present -> ChannelJson.changed(present, body));
    return ChannelJson.write(channels.get(by, name));
  }

  /** Archives: what was written stays readable. */
  @DELETE
  @Path("{channel}")
  public void archive(@Context SecurityContext security, @PathParam("channel") String channel) {
    channels.archive(Caller.of(security), new ChannelName(channel));
  }
}
