package io.carillon.admin;

import io.carillon.application.AdminPage;
import io.carillon.application.ChannelAdministration;
import io.carillon.application.ChannelSettings;
import io.carillon.domain.channel.Channel;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.channel.ChannelOrder;
import io.carillon.domain.channel.ChannelPolicy;
import io.carillon.domain.channel.ChannelStatistics;
import io.carillon.domain.channel.Role;
import io.carillon.domain.channel.Visibility;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.UserId;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.ChannelJson;
import io.carillon.rest.Parameters;
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
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/** All channels of the organization, for those who administer them. */
@Path("admin/channels")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class AdminChannelsResource {
  /** Closed to all but its members unless the body says otherwise. */
  private static final ChannelSettings UNSAID =
      new ChannelSettings("", "", Visibility.PRIVATE, ChannelPolicy.DEFAULT, false);

  private final ChannelAdministration channels;

  public AdminChannelsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminChannelsResource(ChannelAdministration channels) {
    this.channels = channels;
  }

  @GET
  public JsonObject search(
      @Context SecurityContext security,
      @QueryParam("q") String text,
      @QueryParam("match") String match,
      @QueryParam("kind") String kind,
      @QueryParam("visibility") String visibility,
      @QueryParam("archived") String archived,
      @QueryParam("sort") String sort,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    ChannelOrder order = order(sort);
    AdminPage<ChannelAdministration.Row> page =
        channels.search(
            Caller.of(security),
            filter(text, match, kind, visibility, archived),
            order,
            mark(after),
            Listing.limit(limit));
    return Listing.of(
        page,
        AdminChannelsResource::json,
        row -> {
          ChannelOrder.Mark last = order.markOf(row.channel());
          return List.of(last.number(), last.name());
        });
  }

  /** What a query or a body filters by; each may be null. */
  static ChannelFilter filter(
      String text, String match, String kind, String visibility, String archived) {
    if (match != null && !match.equals("contains") && !match.equals("prefix")) {
      throw Parameters.malformed("match");
    }
    Set<ChannelKind> kinds = Listing.constants(ChannelKind.class, kind, "kind");
    if (kinds.contains(ChannelKind.INBOX) || kinds.contains(ChannelKind.ANNOUNCEMENTS)) {
      throw Parameters.malformed("kind");
    }
    return new ChannelFilter(
        Listing.text(text, "q"),
        "prefix".equals(match),
        kinds,
        visibility == null || visibility.isEmpty()
            ? null
            : Parameters.constant(Visibility.class, visibility, "visibility"),
        Listing.flag(archived, "archived"));
  }

  private static ChannelOrder order(String sort) {
    ChannelOrder.By by =
        switch (Listing.sortBy(sort)) {
          case "", "name" -> ChannelOrder.By.NAME;
          case "createdAt" -> ChannelOrder.By.CREATED_AT;
          case "lastOffset" -> ChannelOrder.By.LAST_OFFSET;
          default -> throw Parameters.malformed("sort");
        };
    return new ChannelOrder(by, Listing.isDescending(sort));
  }

  private static ChannelOrder.Mark mark(String after) {
    return Listing.values(after, Long.class, String.class)
        .map(values -> new ChannelOrder.Mark((Long) values.get(0), (String) values.get(1)))
        .orElse(ChannelOrder.Mark.BEGINNING);
  }

  @POST
  public Response create(@Context SecurityContext security, JsonObject body) {
    Identity by = Caller.of(security);
    List<UserId> owners = body.strings("owners").stream().map(UserId::new).toList();
    if (owners.size() > ChannelAdministration.MAX_OWNERS) {
      throw new RealtimeException(ErrorCode.TOO_LARGE, "owners");
    }
    ChannelName name = new ChannelName(body.requireString("channelId"));
    channels.create(
        by,
        name,
        body.string("kind")
            .map(text -> Parameters.constant(ChannelKind.class, text, "kind"))
            .orElse(ChannelKind.CHAT),
        ChannelJson.changed(UNSAID, body).withArchived(false),
        owners);
    return Response.status(Response.Status.CREATED).entity(detail(by, name)).build();
  }

  @GET
  @Path("{channel}")
  public JsonObject get(@Context SecurityContext security, @PathParam("channel") String channel) {
    return detail(Caller.of(security), new ChannelName(channel));
  }

  private JsonObject detail(Identity by, ChannelName name) {
    ChannelAdministration.Detail detail = channels.get(by, name);
    JsonObject you =
        new JsonObject()
            .put("role", detail.own().role().map(Role::name).orElse(null))
            .put("mayRead", detail.own().mayRead())
            .put("mayPublish", detail.own().mayPublish())
            .put("member", detail.member());
    return json(detail.row()).put("listeners", detail.listeners()).put("you", you);
  }

  @PATCH
  @Path("{channel}")
  public JsonObject change(
      @Context SecurityContext security, @PathParam("channel") String channel, JsonObject body) {
    Identity by = Caller.of(security);
    ChannelName name = new ChannelName(channel);
    channels.change(by, name, present -> ChannelJson.changed(present, body));
    return detail(by, name);
  }

  @GET
  @Path("{channel}/statistics")
  public JsonObject statistics(
      @Context SecurityContext security, @PathParam("channel") String channel) {
    Identity by = Caller.of(security);
    ChannelName name = new ChannelName(channel);
    ChannelStatistics found = channels.statistics(by, name);
    JsonObject members = new JsonObject();
    for (Role role : Role.values()) {
      members.put(role.name(), found.members().getOrDefault(role, 0L));
    }
    List<JsonObject> days =
        found.perDay().stream()
            .map(
                day ->
                    new JsonObject()
                        .put("day", LocalDate.ofEpochDay(day.epochDay()).toString())
                        .put("messages", day.messages()))
            .toList();
    return new JsonObject()
        .put("messages", found.messages())
        .put("edited", found.edited())
        .put("deleted", found.deleted())
        .put("authors", found.authors())
        .put("payloadBytes", found.payloadBytes())
        .put("firstAt", time(found.firstAtMillis()))
        .put("lastAt", time(found.lastAtMillis()))
        .put("perDay", days)
        .put("members", members)
        .put("banned", found.banned())
        .put("listeners", channels.listeners(by, name));
  }

  /** A time, or null for 0. */
  static String time(long millis) {
    return millis == 0 ? null : IsoTime.text(millis);
  }

  private static JsonObject json(ChannelAdministration.Row row) {
    Channel channel = row.channel();
    return new JsonObject()
        .put("channelId", channel.key().name().value())
        .put("kind", channel.kind().name())
        .put("visibility", channel.visibility().name())
        .put("title", channel.title())
        .put("topic", channel.topic())
        .put("policy", ChannelJson.write(channel.policy()))
        .put("archived", channel.isArchived())
        .put("lastOffset", channel.lastOffset())
        .put("members", row.members())
        .put("createdAt", IsoTime.text(channel.createdAtMillis()));
  }
}
