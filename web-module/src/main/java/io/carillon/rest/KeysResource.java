package io.carillon.rest;

import io.carillon.application.KeyService;
import io.carillon.application.Page;
import io.carillon.domain.user.ApiKey;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** The keys of an organization's programs, for its admins. */
@Path("keys")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class KeysResource {
  private static final int DEFAULT_PAGE = 100;

  private final KeyService keys;

  public KeysResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public KeysResource(KeyService keys) {
    this.keys = keys;
  }

  /** Makes a key: this answer is the only place where {@code key}, with its secret, ever is. */
  @POST
  public Response create(@Context SecurityContext security, JsonObject body) {
    KeyService.NewKey made = keys.create(Caller.of(security), body.requireString("name"));
    JsonObject answer = json(made.key()).put("key", made.text());
    return Response.status(Response.Status.CREATED).entity(answer).build();
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    if (after != null && !ApiKey.isId(after)) {
      throw Parameters.malformed("after");
    }
    Page<ApiKey> page =
        keys.list(
            Caller.of(security),
            after == null ? "" : after,
            Parameters.limit(limit, DEFAULT_PAGE, KeyService.MAX_PAGE));
    List<JsonObject> listed = page.items().stream().map(KeysResource::json).toList();
    return new JsonObject().put("keys", listed).put("hasMore", page.hasMore());
  }

  @DELETE
  @Path("{id}")
  public void revoke(@Context SecurityContext security, @PathParam("id") String id) {
    keys.revoke(Caller.of(security), id);
  }

  private static JsonObject json(ApiKey key) {
    return new JsonObject()
        .put("id", key.id())
        .put("name", key.name())
        .put("createdAt", IsoTime.text(key.createdAtMillis()))
        .put("revokedAt", key.isRevoked() ? IsoTime.text(key.revokedAtMillis()) : null);
  }
}
