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
import java.util.List;

/** A user's inbox and announcements, as named events. */
@Path("notifications/stream")
@ApplicationScoped
@Produces(MediaType.SERVER_SENT_EVENTS)
public class NotificationStreamResource {
  private final Streams streams;

  public NotificationStreamResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public NotificationStreamResource(Streams streams) {
    this.streams = streams;
  }

  @GET
  public void events(
      @Context HttpServletRequest request,
      @QueryParam("since") String since,
      @QueryParam("lastEventId") String lastEventId,
      @QueryParam("limit") String limit,
      @Suspended AsyncResponse answer) {
    List<ChannelName> own = Own.channels(Caller.of(request).identity());
    if (own.isEmpty()) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "an API key has no inbox");
    }
    streams.openMixed(
        new Streams.Request(
            request, answer, StreamParameters.since(request, since, lastEventId), limit),
        own,
        SseEncoder.NOTICES);
  }
}
