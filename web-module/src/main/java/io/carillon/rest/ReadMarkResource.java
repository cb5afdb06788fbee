package io.carillon.rest;

import io.carillon.application.ReadMarks;
import io.carillon.domain.channel.ChannelName;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/** How far the caller has read in a channel: the twin of the frame {@code read}. */
@Path("channels/{channel}/read")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ReadMarkResource {
  private final ReadMarks marks;

  public ReadMarkResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public ReadMarkResource(ReadMarks marks) {
    this.marks = marks;
  }

  @POST
  public void read(
      @Context SecurityContext security, @PathParam("channel") String channel, JsonObject body) {
    long offset = body.whole("offset").orElseThrow(() -> Parameters.malformed("offset"));
    marks.read(Caller.of(security), new ChannelName(channel), offset);
  }
}
