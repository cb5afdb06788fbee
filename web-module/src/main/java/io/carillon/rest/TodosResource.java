package io.carillon.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.carillon.application.ListService;
import io.carillon.domain.channel.ChannelName;
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

/** The items of a shared list. */
@Path("lists/{list}/todos")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class TodosResource {
  private final ListService lists;
  private final Answers answers;

  public TodosResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public TodosResource(ListService lists, Answers answers) {
    this.lists = lists;
    this.answers = answers;
  }

  /** In the order in which they were made; a stream from {@code position} on brings the changes. */
  @GET
  public Response list(
      @Context SecurityContext security,
      @PathParam("list") String list,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    ListService.Items page =
        lists.list(
            Caller.of(security),
            new ChannelName(list),
            Parameters.offset(after, "after").orElse(0),
            Parameters.limit(limit, ListService.MAX_PAGE, ListService.MAX_PAGE));
    return Answers.json(200, out -> writePage(page, out));
  }

  private static void writePage(ListService.Items page, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeArrayFieldStart("todos");
    for (Publication item : page.items()) {
      EventJson.writeTodo(item, out);
    }
    out.writeEndArray();
    out.writeBooleanField("hasMore", page.hasMore());
    if (page.hasMore()) {
      out.writeNumberField("after", page.after());
    }
    out.writeStringField("position", page.position().toString());
    out.writeEndObject();
  }

  @POST
  public void add(
      @Context SecurityContext security,
      @PathParam("list") String list,
      JsonObject body,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        lists.add(
            Caller.of(security),
            new ChannelName(list),
            body.requireString("text"),
            body.string("clientId").orElse(""),
            MessagesResource.TRANSPORT),
        receipt -> todo(receipt.publication(), receipt.duplicate() ? 200 : 201));
  }

  /** Changes {@code text}, {@code completed} or both; 409 with the present item if it is stale. */
  @PATCH
  @Path("{id}")
  public void change(
      @Context SecurityContext security,
      @PathParam("list") String list,
      @PathParam("id") String id,
      JsonObject body,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        lists.change(
            Caller.of(security), new ChannelName(list), id, body, body.wholeInt("version")),
        receipt -> todo(receipt.publication(), 200));
  }

  @DELETE
  @Path("{id}")
  public void delete(
      @Context SecurityContext security,
      @PathParam("list") String list,
      @PathParam("id") String id,
      @QueryParam("version") String version,
      @Suspended AsyncResponse response) {
    answers.answer(
        response,
        lists.delete(Caller.of(security), new ChannelName(list), id, Parameters.version(version)),
        receipt -> Response.noContent().build());
  }

  private static Response todo(Publication item, int status) {
    return Answers.json(status, out -> EventJson.writeTodo(item, out));
  }
}
