package io.carillon.admin;

import io.carillon.application.NodeNumbers;
import io.carillon.application.Overview;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.node.NodeReport;
import io.carillon.gateway.IsoTime;
import io.carillon.json.JsonObject;
import java.util.List;
import java.util.TreeMap;

/** The overview as the console reads it. */
final class OverviewJson {
  private OverviewJson() {}

  static JsonObject write(Overview.Snapshot snapshot) {
    List<JsonObject> nodes =
        snapshot.nodes().stream().map(node -> node(node, snapshot.ofServer())).toList();
    return new JsonObject()
        .put("at", IsoTime.text(snapshot.atMillis()))
        .put("scope", snapshot.ofServer() ? "SERVER" : "ORGANIZATION")
        .put("users", snapshot.counts().users())
        .put(
            "channels",
            new JsonObject()
                .put("total", snapshot.counts().channels())
                .put("archived", snapshot.counts().archivedChannels()))
        .put("online", snapshot.online())
        .put("total", numbers(new JsonObject(), snapshot.total(), snapshot.ofServer()))
        .put("nodes", nodes);
  }

  private static JsonObject node(Overview.NodeView view, boolean ofServer) {
    NodeReport report = view.node().report();
    JsonObject json =
        new JsonObject()
            .put("id", report.name())
            .put("run", report.run())
            .put("self", view.self())
            .put("state", view.node().state().name())
            .put("version", report.version())
            .put("startedAt", IsoTime.text(report.startedAtMillis()));
    view.knownNumbers()
        .ifPresent(
            known -> {
              json.put("loadPercent", ofServer ? known.loadPercent() : null)
                  .put("heapUsedBytes", ofServer ? known.heapUsedBytes() : null)
                  .put("heapMaxBytes", ofServer ? known.heapMaxBytes() : null);
              numbers(json, known, ofServer);
            });
    return json;
  }

  /** What is the whole server's is null for those who are to see their organization's only. */
  private static JsonObject numbers(JsonObject json, NodeNumbers numbers, boolean ofServer) {
    json.put("connections", numbers.connections())
        .put("byTransport", transports(numbers))
        .put("subscriptions", ofServer ? numbers.subscriptions() : null)
        .put("activeChannels", ofServer ? numbers.activeChannels() : null)
        .put("publishesPerSecond", ofServer ? rounded(numbers.publishesPerSecond()) : null)
        .put("deliveriesPerSecond", ofServer ? rounded(numbers.deliveriesPerSecond()) : null)
        .put("refusedPerSecond", ofServer ? refused(numbers) : null)
        .put("slowConsumers", ofServer ? numbers.slowConsumers() : null)
        .put("overflowsPerSecond", ofServer ? rounded(numbers.overflowsPerSecond()) : null)
        .put(
            "latencyMillis",
            ofServer ? numbers.measuredLatency().map(OverviewJson::latency).orElse(null) : null);
    return json;
  }

  private static JsonObject transports(NodeNumbers numbers) {
    JsonObject json = new JsonObject();
    new TreeMap<>(numbers.byTransport()).forEach(json::put);
    return json;
  }

  private static JsonObject refused(NodeNumbers numbers) {
    JsonObject json = new JsonObject();
    for (ErrorCode code : ErrorCode.values()) {
      Double rate = numbers.refusedPerSecond().get(code);
      if (rate != null) {
        json.put(code.name(), rounded(rate));
      }
    }
    return json;
  }

  private static JsonObject latency(NodeNumbers.Latency latency) {
    return new JsonObject()
        .put("p50", rounded(latency.p50()))
        .put("p95", rounded(latency.p95()))
        .put("p99", rounded(latency.p99()))
        .put("count", latency.count());
  }

  private static Double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
