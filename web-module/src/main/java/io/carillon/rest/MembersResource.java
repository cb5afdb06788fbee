package io.carillon.rest;

import io.carillon.application.MemberService;
import io.carillon.application.Page;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.Member;
import io.carillon.domain.channel.MemberRights;
import io.carillon.domain.channel.Membership;
import io.carillon.domain.channel.Role;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.IsoTime;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** Who belongs to a channel. */
@Path("channels/{channel}/members")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class MembersResource {
  private static final int DEFAULT_PAGE = 100;

  /** Beyond the year 9999 no wire has four digits for it. */
  private static final long MAX_MILLIS = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

  private final MemberService members;

  public MembersResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public MembersResource(MemberService members) {
    this.members = members;
  }

  @GET
  public JsonObject list(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    Page<Member> page =
        members.list(
            Caller.of(security),
            new ChannelName(channel),
            after == null ? "" : new UserId(after).value(),
            Parameters.limit(limit, DEFAULT_PAGE, MemberService.MAX_PAGE));
    List<JsonObject> listed = page.items().stream().map(MembersResource::json).toList();
    return new JsonObject().put("members", listed).put("hasMore", page.hasMore());
  }

  /** Adds somebody; without a {@code userId} the caller joins. */
  @POST
  public Response add(
      @Context SecurityContext security, @PathParam("channel") String channel, JsonObject body) {
    Identity by = Caller.of(security);
    UserId user = body.string("userId").map(UserId::new).orElseGet(by::userId);
    Role role = members.add(by, new ChannelName(channel), user, role(body, Role.WRITER));
    JsonObject added = json(user, new MemberRights(role, 0));
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
            Caller.of(security), new ChannelName(channel), new UserId(userId), change(body));
    return json(changed.user(), changed.rights());
  }

  @DELETE
  @Path("{userId}")
  public void remove(
      @Context SecurityContext security,
      @PathParam("channel") String channel,
      @PathParam("userId") String userId) {
    members.remove(Caller.of(security), new ChannelName(channel), new UserId(userId));
  }

  /**
   * From a member's present rights to those that a body asks for.
   *
   * @throws io.carillon.domain.error.RealtimeException with {@code MALFORMED}
   */
  public static UnaryOperator<MemberRights> change(JsonObject body) {
    if (!body.hasValue("role") && !body.has("mutedUntil")) {
      throw Parameters.malformed("neither role nor mutedUntil");
    }
    return present ->
        new MemberRights(
            role(body, present.role()),
            body.has("mutedUntil") ? mutedUntil(body) : present.mutedUntilMillis());
  }

  /** The role that a body gives. */
  public static Role role(JsonObject body, Role unsaid) {
    return body.string("role")
        .map(text -> Parameters.constant(Role.class, text, "role"))
        .orElse(unsaid);
  }

  private static long mutedUntil(JsonObject body) {
    String text = body.string("mutedUntil").orElse(null);
    if (text == null) {
      return 0;
    }
    try {
      long millis = Instant.parse(text).toEpochMilli();
      if (millis > 0 && millis <= MAX_MILLIS) {
        return millis;
      }
    } catch (DateTimeException | ArithmeticException e) {
      throw Parameters.malformed("mutedUntil");
    }
    throw Parameters.malformed("mutedUntil");
  }

  private static JsonObject json(Member member) {
    MemberRights rights = new MemberRights(member.role(), member.mutedUntilMillis());
    return json(member.user(), rights)
        .put("name", member.name())
        .put("avatarUrl", member.avatarUrl().isEmpty() ? null : member.avatarUrl())
        .put("joinedAt", IsoTime.text(member.joinedAtMillis()))
        .put("lastReadOffset", member.lastReadOffset());
  }

  /** Somebody's rights as an answer. */
  public static JsonObject json(UserId user, MemberRights rights) {
    long mutedUntil = rights.mutedUntilMillis();
    return new JsonObject()
        .put("userId", user.value())
        .put("role", rights.role().name())
        .put("mutedUntil", mutedUntil == 0 ? null : IsoTime.text(mutedUntil));
  }
}
