package io.carillon.check;

import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What a run plays on: channels, the record, and the end, when the checker is asked. */
public final class Scene {
  private static final Duration LONGEST_ABSENCE = Duration.ofMillis(50);

  private final Run run;
  private final RestClient admin;
  private final Histories histories;
  private final List<String> channels = new CopyOnWriteArrayList<>();

  /**
   * @param admin who makes the channels
   */
  public Scene(Wire wire, long seed, Caller admin) {
    this(wire, seed, admin, LONGEST_ABSENCE);
  }

  /**
   * @param admin who makes the channels
   * @param longestAbsence of a client whose connection has ended
   */
  public Scene(Wire wire, long seed, Caller admin, Duration longestAbsence) {
    this.run =
        new Run(
            wire, new Recorder(seed), new Positions(), new SplittableRandom(seed), longestAbsence);
    this.admin = new RestClient(wire, admin);
    this.histories = new Histories(this.admin);
  }

  public Run run() {
    return run;
  }

  RestClient admin() {
    return admin;
  }

  Histories histories() {
    return histories;
  }

  public List<String> channels() {
    return channels;
  }

  /** A channel's name in the record. */
  public String key(String channel) {
    return Recorder.channel(admin.caller().organization(), channel);
  }

  /** A chat that everybody in the organization may read and write. */
  public String makeChannel(String name) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("channelId", name);
    body.put("kind", "CHAT");
    body.put("visibility", "PUBLIC");
    admin.post("/api/channels", body).join().orRefused();
    run.positions().learn(key(name), histories.position(name));
    channels.add(name);
    return name;
  }

  /** The channel's last number. */
  public long end(String channel) {
    return Positions.offset(histories.position(channel));
  }

  /** Whether a reader has everything that its channels had when this was asked. */
  public boolean hasAll(Reader reader) {
    return reader.channels().stream()
        .allMatch(channel -> reader.log().position(key(channel)) >= end(channel));
  }

  /**
   * Waits for something, but not for ever: what did not come by then is for the checker to tell.
   *
   * @return whether it came
   */
  public static boolean await(Duration atMost, BooleanSupplier there) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  /** Reads what is stored in the end, and checks. */
  public Report finish() {
    return finish(List.of(admin.caller().node()));
  }

  /** Reads what each of some nodes says is stored in the end, and checks. */
  Report finish(List<InetSocketAddress> nodes) {
    for (InetSocketAddress node : nodes) {
      RestClient client = new RestClient(run.wire(), admin.caller().at(node));
      Histories told = new Histories(client);
      for (String channel : channels) {
        told.record(run.recorder(), channel, node.toString());
      }
      client.cut();
    }
    if (run.wire().failure() != null) {
      throw new AssertionError("a client failed", run.wire().failure());
    }
    if (!admin.violations().isEmpty()) {
      throw new AssertionError(admin.violations());
    }
    return Checker.check(run.recorder());
  }
}
