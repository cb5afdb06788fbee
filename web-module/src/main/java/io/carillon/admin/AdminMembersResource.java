package io.carillon.admin;

import io.carillon.application.AdminPage;
import io.carillon.application.MemberAdministration;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.Role;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.MembersResource;
import io.carillon.rest.Parameters;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Optional;

/** Who belongs to any channel of the organization. */
@Path("admin/channels/{channel}/members")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AdminMembersResource {
  private final MemberAdministration members;

  public AdminMembersResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminMembersResource(MemberAdministration members) {
    this.members = members;
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @QueryParam("q") String text,
      @QueryParam("role") String role,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    Optional<Role> wanted =
        role == null || role.isEmpty()
            ? Optional.empty()
            : Optional.of(Parameters.constant(Role.class, role, "role"));
    AdminPage<MemberAdministration.Row> page =
        members.list(
            Caller.of(security),
            new ChannelName(channel),
            Listing.text(text, "q"),
            wanted,
            Listing.values(after, String.class).map(values -> (String) values.get(0)).orElse(""),
            Listing.limit(limit));
    return Listing.of(
        page, AdminMembersResource::json, row -> List.of(row.member().user().value()));
  }

  @POST
  public Response add(
      @Context SecurityContext security, @PathParam("channel") String channel, JsonObject body) {
    UserId user = new UserId(body.requireString("userId"));
    Role role =
        members.add(
            Caller.of(security),
            new ChannelName(channel),
            user,
            MembersResource.role(body, Role.WRITER));
    JsonObject added = MembersResource.json(user, new MemberRights(role, 0));
    return Response.status(Response.Status.CREATED).entity(added).build();
  }

  /** Changes {@code role}, {@code mutedUntil}, or both; {@code mutedUntil} null ends a mute. */
  @PATCH
  @Path("{userId}")
  public JsonObject change(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("userId") String userId,
      JsonObject body) {
    Membership changed =
        members.change(
            Caller.of(security),
            new ChannelName(channel),
            new UserId(userId),
            MembersResource.change(body));
    return MembersResource.json(changed.user(), changed.rights());
  }

  @DELETE
  @Path("{userId}")
  public void remove(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("userId") String userId) {
    members.remove(Caller.of(security), new ChannelName(channel), new UserId(userId));
  }

  private static JsonObject json(MemberAdministration.Row row) {
    Member member = row.member();
    MemberRights rights = new MemberRights(member.role(), member.mutedUntilMillis());
    return MembersResource.json(member.user(), rights)
        .put("name", member.name())
        .put("avatarUrl", member.avatarUrl().isEmpty() ? null : member.avatarUrl())
        .put("joinedAt", IsoTime.text(member.joinedAtMillis()))
        .put("lastReadOffset", member.lastReadOffset())
        .put("online", row.online());
  }
}
