package io.carillon.admin;

import io.carillon.application.BulkChannels;
import io.carillon.domain.channel.ChannelFilter;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.ChannelJson;
import io.carillon.rest.Parameters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** The same change of many channels, with a look at it before. */
@Path("admin/bulk/channels")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class BulkChannelsResource {
  private final BulkChannels channels;

  public BulkChannelsResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public BulkChannelsResource(BulkChannels channels) {
    this.channels = channels;
  }

  @POST
  public JsonObject change(@Context SecurityContext security, JsonObject body) {
    Identity by = Caller.of(security);
    BulkChannels.Action action = action(body);
    BulkChannels.Target target = target(body);
    if (body.bool("dryRun").orElse(false)) {
      BulkChannels.Preview preview = channels.preview(by, action, target);
      return new JsonObject()
          .put("dryRun", true)
          .put("count", preview.count())
          .put("sample", names(preview.sample()))
          .put("confirmation", preview.confirmation().orElse(null));
    }
    BulkChannels.Outcome outcome =
        channels.carryOut(by, action, target, body.string("confirmation").orElse(""));
    List<JsonObject> failures =
        outcome.failures().stream()
            .map(
                failure ->
                    new JsonObject()
                        .put("channelId", failure.channel().value())
                        .put("code", failure.code().name()))
            .toList();
    return new JsonObject()
        .put("dryRun", false)
        .put("count", outcome.count())
        .put("changed", outcome.changed())
        .put("failed", failures)
        .put("remaining", outcome.rest().count())
        .put("confirmation", outcome.rest().confirmation().orElse(null));
  }

  private static List<String> names(List<ChannelName> channels) {
    return channels.stream().map(ChannelName::value).toList();
  }

  private static BulkChannels.Action action(JsonObject body) {
    String name = body.requireString("action");
    return switch (name) {
      case "ARCHIVE" -> new BulkChannels.Action(name, present -> present.withArchived(true));
      case "RESTORE" -> new BulkChannels.Action(name, present -> present.withArchived(false));
      case "CHANGE" -> {
        JsonObject change = body.object("change").orElseThrow(() -> Parameters.malformed("change"));
        JsonObject allowed = new JsonObject();
        for (String member : List.of("visibility", "policy")) {
          if (change.has(member)) {
            allowed.put(member, change.get(member)); // titles and topics are each channel's own
          }
        }
        yield new BulkChannels.Action(name, present -> ChannelJson.changed(present, allowed));
      }
      default -> throw Parameters.malformed("action");
    };
  }

  private static BulkChannels.Target target(JsonObject body) {
    List<ChannelName> names =
        body.hasValue("channelIds")
            ? body.strings("channelIds").stream().map(ChannelName::new).toList()
            : null;
    ChannelFilter filter =
        body.object("filter")
            .map(
                wanted ->
                    AdminChannelsResource.filter(
                        wanted.string("q").orElse(null),
                        wanted.string("match").orElse(null),
                        wanted.string("kind").orElse(null),
                        wanted.string("visibility").orElse(null),
                        wanted.bool("archived").map(String::valueOf).orElse(null)))
            .orElse(null);
    return new BulkChannels.Target(names, filter);
  }
}
