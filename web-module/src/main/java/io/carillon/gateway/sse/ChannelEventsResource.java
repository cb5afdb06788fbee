package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** One channel as a stream: a new message is an unnamed event. */
@Path("channels/{channel}/events")
@ApplicationScoped
@Produces(MediaType.SERVER_SENT_EVENTS)
public class ChannelEventsResource {
  private final Streams streams;

  public ChannelEventsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public ChannelEventsResource(Streams streams) {
    this.streams = streams;
  }

  @GET
  public void events(
      @Context HttpServletRequest request,
      @PathParam("channel") String channel,
      @QueryParam("since") String since,
      @QueryParam("lastEventId") String lastEventId,
      @QueryParam("limit") String limit,
      @Suspended AsyncResponse answer) {
    streams.openChannel(
        new Streams.Request(
            request, answer, StreamParameters.since(request, since, lastEventId), limit),
        new ChannelName(channel),
        SseEncoder.CHANNEL);
  }
}
