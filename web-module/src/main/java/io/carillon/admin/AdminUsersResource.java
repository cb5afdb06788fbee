package io.carillon.admin;

import io.carillon.application.AccountService;
import io.carillon.application.AdminPage;
import io.carillon.application.UserAdministration;
import io.carillon.domain.channel.ChannelCatalog;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserFilter;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.Parameters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Optional;

/** The organization's accounts, for those who look after them. */
@Path("admin/users")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AdminUsersResource {
  private final UserAdministration users;
  private final AccountService accounts;

  public AdminUsersResource() { // for the client proxy; RESTEasy looks for a public one
    this(null, null);
  }

  @Inject
  public AdminUsersResource(UserAdministration users, AccountService accounts) {
    this.users = users;
    this.accounts = accounts;
  }

  @GET
  public JsonObject search(
      @Context SecurityContext security,
      @QueryParam("q") String text,
      @QueryParam("role") String role,
      @QueryParam("locked") String locked,
      @QueryParam("sort") String sort,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    UserFilter.Order order = order(sort);
    AdminPage<UserAdministration.Row> page =
        users.search(
            Caller.of(security),
            new UserFilter(
                Listing.text(text, "q"),
                Listing.constants(OrganizationRole.class, role, "role"),
                Listing.flag(locked, "locked")),
            order,
            mark(after),
            Listing.limit(limit));
    return Listing.of(
        page,
        AdminUsersResource::json,
        row -> List.of(row.user().name(), row.user().createdAtMillis(), row.user().id().value()));
  }

  private static UserFilter.Order order(String sort) {
    UserFilter.By by =
        switch (Listing.sortBy(sort)) {
          case "", "userId" -> UserFilter.By.ID;
          case "name" -> UserFilter.By.NAME;
          case "createdAt" -> UserFilter.By.CREATED_AT;
          default -> throw Parameters.malformed("sort");
        };
    return new UserFilter.Order(by, Listing.isDescending(sort));
  }

  private static UserFilter.Mark mark(String after) {
    return Listing.values(after, String.class, Long.class, String.class)
        .map(
            values ->
                new UserFilter.Mark(
                    (String) values.get(0), (Long) values.get(1), (String) values.get(2)))
        .orElse(UserFilter.Mark.BEGINNING);
  }

  @POST
  public Response create(@Context SecurityContext security, JsonObject body) {
    UserAdministration.Row made =
        users.create(
            Caller.of(security),
            new UserId(body.requireString("userId")),
            body.string("name").orElse(""),
            role(body).orElse(OrganizationRole.MEMBER),
            body.requireString("password"));
    return Response.status(Response.Status.CREATED).entity(json(made)).build();
  }

  private static Optional<OrganizationRole> role(JsonObject body) {
    return body.string("role")
        .map(text -> Parameters.constant(OrganizationRole.class, text, "role"));
  }

  @GET
  @Path("{userId}")
  public JsonObject get(@Context SecurityContext security, @PathParam("userId") String userId) {
    Identity by = Caller.of(security);
    UserId id = new UserId(userId);
    JsonObject user = json(users.get(by, id));
    return user.put(
        "channels", users.placesOf(by, id).stream().map(AdminUsersResource::json).toList());
  }

  @PATCH
  @Path("{userId}")
  public JsonObject change(
      @Context SecurityContext security, @PathParam("userId") String userId, JsonObject body) {
    Identity by = Caller.of(security);
    UserId id = new UserId(userId);
    accounts.change(by, id, body.string("name"), role(body));
    return json(users.get(by, id));
  }

  @PUT
  @Path("{userId}/lock")
  public void lock(@Context SecurityContext security, @PathParam("userId") String user) {
    accounts.lock(Caller.of(security), new UserId(user));
  }

  @DELETE
  @Path("{userId}/lock")
  public void unlock(@Context SecurityContext security, @PathParam("userId") String user) {
    accounts.unlock(Caller.of(security), new UserId(user));
  }

  @PUT
  @Path("{userId}/password")
  public void changePassword(
      @Context SecurityContext security, @PathParam("userId") String user, JsonObject body) {
    users.changePassword(Caller.of(security), new UserId(user), body.requireString("password"));
  }

  @POST
  @Path("{userId}/sign-out")
  public void signOut(@Context SecurityContext security, @PathParam("userId") String user) {
    accounts.signOut(Caller.of(security), new UserId(user));
  }

  private static JsonObject json(UserAdministration.Row row) {
    User user = row.user();
    return new JsonObject()
        .put("userId", user.id().value())
        .put("name", user.name())
        .put("avatarUrl", user.avatarUrl().isEmpty() ? null : user.avatarUrl())
        .put("role", user.role().name())
        .put("local", user.passwordHash().isPresent())
        .put("locked", user.isLocked())
        .put("online", row.online())
        .put("createdAt", IsoTime.text(user.createdAtMillis()));
  }

  private static JsonObject json(ChannelCatalog.Place place) {
    long mutedUntil = place.rights().mutedUntilMillis();
    return new JsonObject()
        .put("channelId", place.channel().value())
        .put("role", place.rights().role().name())
        .put("mutedUntil", mutedUntil == 0 ? null : IsoTime.text(mutedUntil))
        .put("banned", place.rights().banned());
  }
}
