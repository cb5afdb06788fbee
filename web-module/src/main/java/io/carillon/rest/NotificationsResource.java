package io.carillon.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.application.Notice;
import io.carillon.application.NotificationService;
import io.carillon.application.NotificationService.Entries;
import io.carillon.domain.message.InboxState;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.EventJson;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
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

/** Sending notifications, and the caller's own inbox. */
@Path("notifications")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class NotificationsResource {
  private static final int DEFAULT_PAGE = 50;

  private final NotificationService notifications;
  private final Answers answers;

  public NotificationsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public NotificationsResource(NotificationService notifications, Answers answers) {
    this.notifications = notifications;
    this.answers = answers;
  }

  @POST
  public void send(
      @Context SecurityContext security, JsonObject body, @Suspended AsyncResponse response) {
    answers.answer(
        response,
        notifications.notify(
            Caller.of(security),
            new UserId(body.requireString("userId")),
            notice(body),
            body.string("clientId").orElse(""),
            MessagesResource.TRANSPORT),
        receipt ->
            Answers.json(
                receipt.duplicate() ? 200 : 201, out -> writeSent(receipt.publication(), out)));
  }

  /**
   * What a sender says: {@code type}, {@code title}, and perhaps {@code message} and {@code url}.
   */
  static Notice notice(JsonObject body) {
    return new Notice(
        body.requireString("type"),
        body.requireString("title"),
        body.string("message").orElse(""),
        body.string("url").orElse(""));
  }

  static void writeSent(Publication sent, JsonGenerator out) throws IOException {
    out.writeStartObject();
    EventJson.writeNotificationMembers(sent, "type", out);
    out.writeEndObject();
  }

  /** The caller's inbox, latest first. */
  @GET
  public Response list(
      @Context SecurityContext security,
      @QueryParam("unread") String unread,
      @QueryParam("before") String before,
      @QueryParam("limit") String limit) {
    Entries page =
        notifications.list(
            Caller.of(security),
            Parameters.flag(unread, "unread"),
            Parameters.offset(before, "before").orElse(Long.MAX_VALUE),
            Parameters.limit(limit, DEFAULT_PAGE, NotificationService.MAX_PAGE));
    return Answers.json(200, out -> writePage("notifications", page, true, out));
  }

  static void writePage(String name, Entries page, boolean withState, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart(name);
    for (Publication entry : page.entries()) {
      writeEntry(entry, withState, out);
    }
    out.writeEndArray();
    out.writeBooleanField("hasMore", page.hasMore());
    if (page.hasMore()) {
      out.writeNumberField("before", page.before());
    }
    out.writeEndObject();
  }

  private static void writeEntry(Publication entry, boolean withState, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    EventJson.writeNotificationMembers(entry, "type", out);
    if (withState) {
      EventJson.writeStateFlags(entry.state(), out);
    }
    out.writeEndObject();
  }

  /** How many are unread. */
  @GET
  @Path("count")
  public JsonObject count(@Context SecurityContext security) {
    return new JsonObject().put("unread", notifications.countUnread(Caller.of(security)));
  }

  /** Marks one as seen, read or acknowledged; the highest of those that are true counts. */
  @PATCH
  @Path("{id}")
  public void mark(
      @Context SecurityContext security,
      @PathParam("id") String id,
      JsonObject body,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        notifications.mark(Caller.of(security), id, state(body)),
        entry -> Answers.json(200, out -> writeEntry(entry, true, out)));
  }

  private static InboxState state(JsonObject body) {
    if (body.bool("acknowledged").orElse(false)) {
      return InboxState.ACKNOWLEDGED;
    }
    if (body.bool("read").orElse(false)) {
      return InboxState.READ;
    }
    if (body.bool("seen").orElse(false)) {
      return InboxState.SEEN;
    }
    throw Parameters.malformed("neither seen nor read nor acknowledged");
  }

  @POST
  @Path("read-all")
  public void readAll(@Context SecurityContext security, @Suspended AsyncResponse response) {
    answers.answer(
        response,
        notifications.readAll(Caller.of(security)),
        marked -> Answers.ok(new JsonObject().put("marked", marked)));
  }
}
