package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.RestClient;
import io.carillon.check.client.SseClient;
import io.carillon.check.wire.SseReader;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that are gone, whatever way they went, leave nothing behind. The intervals are shorter
 * than in life, where a client that went without a word is noticed within a minute.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class GoneClientsIT {
  private static final int CLIENTS = 30;
  private static final Duration HEARTBEAT = Duration.ofSeconds(3);
  private static final Duration WAIT = Duration.ofSeconds(60);

  /** What a node keeps for clients, as its meters tell. */
  private static final List<String> REGISTRIES =
      List.of(
          "carillon_connections",
          "carillon_subscriptions",
          "carillon_channels_active",
          "carillon_presence_entries");

  @TempDir Path folder;

  private final Wire wire = new Wire("clients");
  private TestNode node;
  private String channel;

  private void start(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("CARILLON_HEARTBEAT_INTERVAL", HEARTBEAT.toSeconds() + "s");
    settings.put("CARILLON_WRITE_DEADLINE", "2s");
    settings.put("CARILLON_POLL_MAX_WAIT", "8s");
    settings.put("CARILLON_PRESENCE_GRACE", "1s");
    node = TestNode.onH2(folder, settings);
    channel = "room";
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channelId", channel);
    body.put("visibility", "PUBLIC");
    new RestClient(wire, node.admin("demo")).post("/api/channels", body).join().orRefused();
  }

  @AfterEach
  void stop() {
    wire.close();
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "jakarta"})
  void whoGoesWithoutAWordIsNoticed(String carrier) {
    start(Map.of("CARILLON_WEBSOCKET", carrier));
    try (TcpProxy proxy = new TcpProxy(wire, node.address())) {
      for (int i = 0; i < CLIENTS; i++) {
        connect(i % 2 == 0 ? 0 : 1, node.member("demo", "user" + i).at(proxy.address()));
      }
      await("all are there", () -> connections() >= CLIENTS);
      await("all listen", () -> meter("carillon_subscriptions") >= CLIENTS);
      await("all are present", () -> meter("carillon_presence_entries") >= CLIENTS / 2);
      proxy.swallow();
      awaitNothing();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"direct", "servlet"})
  void whoBreaksOffIsNoticed(String carrier) {
    start(Map.of("CARILLON_STREAMS", carrier));
    try (TcpProxy proxy = new TcpProxy(wire, node.address())) {
      for (int i = 0; i < CLIENTS; i++) {
        connect(i % 3, node.member("demo", "user" + i).at(proxy.address()));
      }
      await("all are there", () -> connections() >= CLIENTS);
      proxy.cut();
      awaitNothing();
    }
  }

  /** Its packets are lost, so nothing comes back, and nothing tells that it has ended. */
  @ParameterizedTest
  @ValueSource(strings = {"direct", "servlet"})
  void aStreamWhoseClientIsLostIsNoticed(String carrier) {
    assumeTrue(LossyNetwork.isPossible(), "left out: only root on Linux, with ip, makes networks");
    try (LossyNetwork network = new LossyNetwork()) {
      start(
          Map.of(
              "CARILLON_STREAMS",
              carrier,
              "CARILLON_HTTP_HOST",
              network.address(),
              "CARILLON_DEMO",
              "false"));
      for (int i = 0; i < CLIENTS; i++) {
        Caller caller = node.member("demo", "user" + i);
        String path = i % 2 == 0 ? "/api/events" : "/api/channels/" + channel + "/events";
        network.request(
            node.address().getPort(),
            "GET "
                + path
                + " HTTP/1.1\\r\\nHost: "
                + network.address()
                + "\\r\\nAuthorization: Bearer "
                + caller.token()
                + "\\r\\n\\r\\n");
      }
      await("all are there", () -> connections() == CLIENTS);
      network.pull();
      awaitNothing();
    }
  }

  /** A socket, a poll that waits, or a stream; whatever becomes of it. */
  private void connect(int transport, Caller caller) {
    switch (transport) {
      case 0 -> NativeSocketClient.connect(wire, caller, new Member());
      case 1 -> poll(caller);
      default ->
          SseClient.open(wire, caller, "/api/channels/" + channel + "/events", "", new Audience());
    }
  }

  private void poll(Caller caller) {
    RestClient rest = new RestClient(wire, caller, 1);
    String path = "/api/poll?channel=" + channel;
    rest.get(path)
        .thenAccept(answer -> pollOn(rest, path, answer.orRefused().json().get("position")));
  }

  /** Again and again, so that all may be there at one time. */
  private void pollOn(RestClient rest, String path, Object position) {
    rest.get(path + "&wait=60&since=" + position)
        .thenAccept(answer -> pollOn(rest, path, answer.orRefused().json().get("position")));
  }

  private double meter(String name) {
    return node.metrics(wire).getOrDefault(name, 0.0);
  }

  private double connections() {
    return meter("carillon_connections");
  }

  private void await(String what, BooleanSupplier there) {
    assertThat(Scene.await(WAIT, there)).as("%s: %s", what, registries()).isTrue();
  }

  private void awaitNothing() {
    long started = System.nanoTime();
    await("nobody is connected", () -> connections() == 0);
    System.out.printf(
        "all noticed after %d ms%n", Duration.ofNanos(System.nanoTime() - started).toMillis());
    for (String registry : REGISTRIES) {
      boolean empty = Scene.await(WAIT, () -> meter(registry) == 0);
      assertThat(empty).as("%s is empty: %s", registry, registries()).isTrue();
    }
  }

  private Map<String, Double> registries() {
    Map<String, Double> all = node.metrics(wire);
    all.keySet().retainAll(REGISTRIES);
    return all;
  }

  private final class Member implements NativeSocketClient.Listener {
    @Override
    public void frame(NativeSocketClient.Frame frame) {}

    @Override
    public void closed(int code, String reason, Throwable failure) {}
  }

  private static final class Audience implements SseClient.Listener {
    @Override
    public void event(SseReader.Event event) {}

    @Override
    public void closed(Throwable failure) {}
  }
}
