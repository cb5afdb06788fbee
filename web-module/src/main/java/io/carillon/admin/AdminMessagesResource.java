package io.carillon.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.application.MessageAdministration;
import io.carillon.application.Receipt;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.MessageCatalog;
import io.carillon.domain.message.Publication;
import io.carillon.gateway.EventJson;
import io.carillon.json.JsonObject;
import io.carillon.rest.Answers;
import io.carillon.rest.Caller;
import io.carillon.rest.MessageJson;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.util.List;

/** Any channel's messages, for moderators. */
@Path("admin/channels/{channel}/messages")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AdminMessagesResource {
  private final MessageAdministration messages;
  private final Answers answers;

  public AdminMessagesResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public AdminMessagesResource(MessageAdministration messages, Answers answers) {
    this.messages = messages;
    this.answers = answers;
  }

  /** Latest first. */
  @GET
  public Response search(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @QueryParam("q") String text,
      @QueryParam("author") String author,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    MessageCatalog.Found found =
        messages.search(
            Caller.of(security),
            new ChannelName(channel),
            new MessageCatalog.Query(Listing.text(text, "q"), Listing.text(author, "author")),
            Listing.values(after, Long.class)
                .map(values -> (Long) values.get(0))
                .orElse(Long.MAX_VALUE),
            Listing.limit(limit));
    return Answers.json(200, out -> write(found, out));
  }

  private static void write(MessageCatalog.Found found, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("items");
    for (Publication message : found.messages()) {
      EventJson.writeMessage(message, out);
    }
    out.writeEndArray();
    out.writeStringField(
        "next",
        found.next().isPresent() ? Listing.cursor(List.of(found.next().getAsLong())) : null);
    out.writeNullField("total");
    out.writeEndObject();
  }

  @PATCH
  @Path("{messageId}")
  public void edit(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("messageId") String messageId,
      JsonObject body,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        messages.edit(
            Caller.of(security),
            new ChannelName(channel),
            messageId,
            MessageJson.change(body),
            body.wholeInt("version")),
        AdminMessagesResource::answer);
  }

  /** Takes the content away. */
  @DELETE
  @Path("{messageId}")
  public void redact(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("messageId") String messageId,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        messages.redact(Caller.of(security), new ChannelName(channel), messageId),
        AdminMessagesResource::answer);
  }

  private static Response answer(Receipt receipt) {
    return Answers.json(200, out -> EventJson.writeMessage(receipt.publication(), out));
  }
}
