package io.carillon.admin;

import io.carillon.application.KeyService;
import io.carillon.application.Page;
import io.carillon.domain.user.ApiKey;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
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
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** The keys of an organization's programs, with how they are used. */
@Path("admin/keys")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AdminKeysResource {
  private static final long DEFAULT_OVERLAP_SECONDS = 3_600;

  private final KeyService keys;

  public AdminKeysResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminKeysResource(KeyService keys) {
    this.keys = keys;
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    Page<ApiKey> page =
        keys.list(
            Caller.of(security),
            Listing.values(after, String.class).map(values -> (String) values.get(0)).orElse(""),
            Listing.limit(limit));
    List<ApiKey> found = page.items();
    String next = page.hasMore() ? Listing.cursor(List.of(found.get(found.size() - 1).id())) : null;
    return Listing.of(
        found.stream().map(AdminKeysResource::json).toList(), next, OptionalLong.empty());
  }

  /** Makes a key: this answer is the only place where {@code key}, with its secret, ever is. */
  @POST
  public Response create(@Context SecurityContext security, JsonObject body) {
    return Response.status(Response.Status.CREATED)
        .entity(json(keys.create(Caller.of(security), body.requireString("name"))))
        .build();
  }

  /** Gives a key another secret, which is shown here and nowhere else. */
  @POST
  @Path("{id}/rotate")
  public JsonObject rotate(
      @Context SecurityContext security, @PathParam("id") String id, JsonObject body) {
    long seconds = body.whole("overlapSeconds").orElse(DEFAULT_OVERLAP_SECONDS);
    Duration overlap = Duration.ofSeconds(Math.max(-1, Math.min(seconds, Integer.MAX_VALUE)));
    return json(keys.rotate(Caller.of(security), id, overlap));
  }

  @DELETE
  @Path("{id}")
  public void revoke(@Context SecurityContext security, @PathParam("id") String id) {
    keys.revoke(Caller.of(security), id);
  }

  private static JsonObject json(KeyService.NewKey made) {
    return json(made.key()).put("key", made.text());
  }

  private static JsonObject json(ApiKey key) {
    return new JsonObject()
        .put("id", key.id())
        .put("name", key.name())
        .put("createdAt", IsoTime.text(key.createdAtMillis()))
        .put("revokedAt", AdminChannelsResource.time(key.revokedAtMillis()))
        .put("rotatedAt", AdminChannelsResource.time(key.rotatedAtMillis()))
        .put("previousValidUntil", AdminChannelsResource.time(key.previousUntilMillis()))
        .put("lastUsedAt", AdminChannelsResource.time(key.lastUsedAtMillis()));
  }
}
