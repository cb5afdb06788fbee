package io.carillon.rest;

import io.carillon.application.NotificationService;
import io.carillon.application.NotificationService.Entries;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/** What the whole organization is told. */
@Path("announcements")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AnnouncementsResource {
  private static final int DEFAULT_PAGE = 50;

  private final NotificationService notifications;
  private final Answers answers;

  public AnnouncementsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public AnnouncementsResource(NotificationService notifications, Answers answers) {
    this.notifications = notifications;
    this.answers = answers;
  }

  @POST
  public void send(
      @Context SecurityContext security, JsonObject body, @Suspended AsyncResponse response) {
    answers.answer(
        response,
        notifications.announce(
            Caller.of(security),
            NotificationsResource.notice(body),
            body.string("clientId").orElse(""),
            MessagesResource.TRANSPORT),
        receipt ->
            Answers.json(
                receipt.duplicate() ? 200 : 201,
                out -> NotificationsResource.writeSent(receipt.publication(), out)));
  }

  /** Latest first. */
  @GET
  public Response list(
      @Context SecurityContext security,
      @QueryParam("before") String before,
      @QueryParam("limit") String limit) {
    Entries page =
        notifications.announcements(
            Caller.of(security),
            Parameters.offset(before, "before").orElse(Long.MAX_VALUE),
            Parameters.limit(limit, DEFAULT_PAGE, NotificationService.MAX_PAGE));
    return Answers.json(
        200, out -> NotificationsResource.writePage("announcements", page, false, out));
  }
}
