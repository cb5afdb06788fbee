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
import java.util.Collection;
import java.util.List;

/**
 * Channels for clients that can do no more than ask again and again. Without a channel it is the
 * user's inbox and announcements.
 */
@Path("poll")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class PollResource {
  static final int MAX_CHANNELS = 50;

  private final Polls polls;

  public PollResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public PollResource(Polls polls) {
    this.polls = polls;
  }

  @GET
  public void poll(
      @Context HttpServletRequest request,
      @QueryParam("channel") List<String> channels,
      @QueryParam("since") String since,
      @QueryParam("wait") String wait,
      @QueryParam("limit") String limit,
      @Suspended AsyncResponse answer) {
    Collection<ChannelName> names = StreamParameters.channels(channels, MAX_CHANNELS);
    if (names.isEmpty()) {
      names = Own.channels(Caller.of(request).identity());
    }
    if (names.isEmpty()) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "an API key has no inbox");
    }
    polls.poll(
        new Polls.Request(
            request, answer, StreamParameters.since(request, since, null), wait, limit),
        names);
  }
}
