package io.carillon.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.application.HistoryRequest;
import io.carillon.application.MessageService;
import io.carillon.application.Receipt;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.message.HistoryPage;
import io.carillon.domain.message.Publication;
import io.carillon.gateway.EventJson;
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
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.util.OptionalLong;

/** A channel's messages. */
@Path("channels/{channel}/messages")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class MessagesResource {
  /** As metrics call this way in. */
  static final String TRANSPORT = "rest";

  private static final int MAX_PAGE_BYTES = 1 << 20;

  private final MessageService messages;
  private final Answers answers;

  public MessagesResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public MessagesResource(MessageService messages, Answers answers) {
    this.messages = messages;
    this.answers = answers;
  }

  /** Sends: 201, or 200 when this client id was sent before. */
  @POST
  public void send(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      JsonObject body,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        messages.send(
            Caller.of(security), new ChannelName(channel), MessageJson.draft(body), TRANSPORT),
        receipt -> answer(receipt, receipt.duplicate() ? 200 : 201));
  }

  /** History, oldest first: the latest page, or the one before or after an offset. */
  @GET
  public Response history(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @QueryParam("before") String before,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    HistoryRequest request = request(before, after, limit);
    HistoryPage page = messages.history(Caller.of(security), new ChannelName(channel), request);
    return Answers.json(200, out -> writePage(page, out));
  }

  private static HistoryRequest request(String before, String after, String limit) {
    int count = Parameters.limit(limit, HistoryRequest.DEFAULT_LIMIT, HistoryRequest.MAX_LIMIT);
    OptionalLong end = Parameters.offset(before, "before");
    OptionalLong start = Parameters.offset(after, "after");
    if (end.isPresent() && start.isPresent()) {
      throw Parameters.malformed("before and after");
    }
    if (start.isPresent()) {
      return HistoryRequest.after(start.getAsLong(), count, MAX_PAGE_BYTES);
    }
    return HistoryRequest.before(end.orElse(Long.MAX_VALUE), count, MAX_PAGE_BYTES);
  }

  private static void writePage(HistoryPage page, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("messages");
    for (Publication message : page.messages()) {
      EventJson.writeMessage(message, out);
    }
    out.writeEndArray();
    out.writeBooleanField("hasMore", page.hasMore());
    out.writeStringField("position", page.position().toString());
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
    String payload = MessageJson.change(body);
    answers.answer(
        response,
        messages.edit(
            Caller.of(security),
            new ChannelName(channel),
            messageId,
            present -> payload,
            payload.length(),
            body.wholeInt("version")),
        receipt -> answer(receipt, 200));
  }

  /** Takes the content away; the answer is what is left of the message, with its new position. */
  @DELETE
  @Path("{messageId}")
  public void delete(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("messageId") String messageId,
      @QueryParam("version") String version,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        messages.delete(
            Caller.of(security), new ChannelName(channel), messageId, Parameters.version(version)),
        receipt -> answer(receipt, 200));
  }

  /** The message with the position of its change. */
  private static Response answer(Receipt receipt, int status) {
    Publication message = receipt.publication();
    return Answers.json(
        status,
        out -> {
          out.writeStartObject();
          EventJson.writeMessageMembers(message, out);
          if (message.isLogged()) {
            out.writeStringField("position", message.cursor().toString());
          }
          out.writeEndObject();
        });
  }
}
