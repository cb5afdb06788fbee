package io.carillon.admin;

import io.carillon.application.AuditReading;
import io.carillon.domain.audit.AuditCheck;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.IsoTime;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import io.carillon.rest.Caller;
import io.carillon.rest.Parameters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.StreamingOutput;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** What administrators and moderators have done. */
@Path("admin/audit")
@ApplicationScoped
@Produces(MediaType.APPLICATION_JSON)
public class AdminAuditResource {
  private final AuditReading audit;

  public AdminAuditResource() { // for the client proxy; RESTEasy looks for a public one
    this(null);
  }

  @Inject
  public AdminAuditResource(AuditReading audit) {
    this.audit = audit;
  }

  /** What somebody filters by. */
  public static class Filter {
    @QueryParam("actor")
    String actor;

    @QueryParam("action")
    String action;

    @QueryParam("channel")
    String channel;

    @QueryParam("target")
    String target;

    @QueryParam("q")
    String text;

    @QueryParam("from")
    String from;

    @QueryParam("to")
    String to;

    AuditQuery of(Identity by) {
      return new AuditQuery(
          by.organization(),
          Listing.text(actor, "actor"),
          Listing.text(action, "action"),
          Listing.text(channel, "channel"),
          Listing.text(target, "target"),
          Listing.text(text, "q"),
          time(from, "from", 0),
          time(to, "to", Long.MAX_VALUE));
    }

    private static long time(String text, String name, long unsaid) {
      if (text == null || text.isEmpty()) {
        return unsaid;
      }
      try {
        return Math.max(0, Instant.parse(text).toEpochMilli());
      } catch (DateTimeException | ArithmeticException e) {
        throw Parameters.malformed(name);
      }
    }
  }

  /** Latest first. */
  @GET
  public JsonObject search(
      @Context SecurityContext security,
      @BeanParam Filter filter,
      @QueryParam("after") String after,
      @QueryParam("limit") String limit) {
    Identity by = Caller.of(security);
    long before =
        Listing.values(after, Long.class)
            .map(values -> (Long) values.get(0))
            .orElse(Long.MAX_VALUE);
    return Listing.of(
        audit.search(by, filter.of(by), before, Listing.limit(limit)),
        AdminAuditResource::json,
        line -> List.of(line.id()));
  }

  /** A download, oldest first. */
  @GET
  @Path("export")
  @Produces({"application/jsonl", "text/csv", MediaType.APPLICATION_JSON})
  public Response export(
      @Context SecurityContext security,
      @BeanParam Filter filter,
      @QueryParam("format") String format) {
    Identity by = Caller.of(security);
    AuditQuery query = filter.of(by);
    boolean csv = "csv".equals(format);
    if (format != null && !csv && !format.equals("jsonl")) {
      throw Parameters.malformed("format");
    }
    List<AuditEntry> first = audit.export(by, query, 0); // refuses before the answer begins
    StreamingOutput lines = out -> AuditExport.write(audit, by, query, first, csv, out);
    String name = "audit-" + by.organization() + (csv ? ".csv" : ".jsonl");
    return Response.ok(lines, csv ? "text/csv;charset=UTF-8" : "application/jsonl;charset=UTF-8")
        .header(
            "Content-Disposition",
            "attachment; filename=\"" + name.replaceAll("[^A-Za-z0-9._-]", "_") + '"')
        .build();
  }

  @GET
  @Path("check")
  public JsonObject check(@Context SecurityContext security) {
    AuditCheck found = audit.check(Caller.of(security));
    return new JsonObject()
        .put("intact", found.isIntact())
        .put("lines", found.lines())
        .put("before", found.before())
        .put("unchained", found.unchained())
        .put("headNo", found.headNumber())
        .put("headHash", found.headHash())
        .put("fault", found.firstFault().map(AdminAuditResource::json).orElse(null));
  }

  private static JsonObject json(AuditCheck.Fault fault) {
    return new JsonObject()
        .put("id", fault.id())
        .put("no", fault.number())
        .put("kind", fault.kind().name());
  }

  static JsonObject json(AuditEntry line) {
    return new JsonObject()
        .put("id", line.id())
        .put("no", line.number())
        .put("at", IsoTime.text(line.happenedAtMillis()))
        .put("actor", line.actor())
        .put("actorKind", line.actorKind().name())
        .put("action", line.action())
        .put("channelId", orNull(line.channel()))
        .put("target", orNull(line.target()))
        .put("before", state(line.before()))
        .put("after", state(line.after()))
        .put("address", orNull(line.address()))
        .put("reason", orNull(line.reason()))
        .put("hash", orNull(line.hash()))
        .put("previousHash", orNull(line.previousHash()));
  }

  private static Object state(String json) {
    return json.isEmpty() ? null : Json.parse(json);
  }

  private static String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
