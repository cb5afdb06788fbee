package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Everything for one user on one stream: inbox, announcements, and the channels asked for. */
@Path("events")
@ApplicationScoped
@Produces(MediaType.SERVER_SENT_EVENTS)
public class EventsResource {
  /** Channels that one stream may have beside the user's own two. */
  static final int MAX_CHANNELS = 50;

  private final Streams streams;

  public EventsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public EventsResource(Streams streams) {
    this.streams = streams;
  }

  @GET
  public void events(
      @Context HttpServletRequest request,
      @QueryParam("channel") List<String> channels,
      @QueryParam("since") String since,
      @QueryParam("lastEventId") String lastEventId,
      @QueryParam("limit") String limit,
      @Suspended AsyncResponse answer) {
    Set<ChannelName> names = new LinkedHashSet<>(Own.channels(Caller.of(request).identity()));
    names.addAll(StreamParameters.channels(channels, MAX_CHANNELS));
    if (names.isEmpty()) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "an API key has no inbox");
    }
    streams.openMixed(
        new Streams.Request(
            request, answer, StreamParameters.since(request, since, lastEventId), limit),
        names,
        SseEncoder.TYPED);
  }
}
