package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.client.NativeSocketClient.Frame;
import io.carillon.check.wire.JsonText;
import io.carillon.check.wire.WebSocketFrames;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Many things are sent to one connection at once: containers allow one send at a time. */
abstract class ConcurrentSendsOnServers extends OnServers {
  ConcurrentSendsOnServers(Supplier<Site> place) {
    super(place);
  }

  private static Thread start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private static List<Object> offsets(HeardSocket socket) {
    return socket.frames("message:new").stream().map(frame -> frame.data().get("offset")).toList();
  }

  private static List<Object> upTo(long last) {
    return LongStream.rangeClosed(1, last).mapToObj(offset -> (Object) offset).toList();
  }

  /** BC-001: from many threads, in the order of their numbers. */
  @Test
  void bringsABurstOfManyThreadsToOneSocketInOrder() {
    String channel = site().chat();
    HeardSocket reader = socket("reader");
    reader.join(channel);
    int threads = 16;
    int each = 60;
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      String user = "burst" + i;
      writers.add(
          start(
              user,
              () -> IntStream.range(0, each).forEach(n -> site().say(user, channel, "m" + n))));
    }
    join(writers);
    await().until(() -> offsets(reader).size() >= threads * each || reader.isClosed());
    assertThat(reader.failure()).isNull();
    assertThat(offsets(reader)).isEqualTo(upTo((long) threads * each));
  }

  /** BC-002: broadcasts, presence, acknowledgements and answers, each in its own order. */
  @Test
  void bringsEveryKindOfFrameWholeAndInOrder() {
    String channel = site().chat();
    String busy = Site.fresh("busy");
    HeardSocket reader = socket(busy);
    reader.join(channel);
    int count = 300;
    AtomicBoolean over = new AtomicBoolean();
    Thread comings =
        start(
            "comings",
            () -> {
              for (int i = 0; !over.get(); i++) {
                HeardSocket visitor =
                    HeardSocket.open(site().wire(), site().member("visitor" + i % 5), 0, "");
                visitor.ask("channel:join", Map.of("channelId", channel));
                visitor.client().cut();
              }
            });
    Thread broadcasts =
        start(
            "broadcasts",
            () -> IntStream.range(0, count).forEach(i -> site().say("other", channel, "b" + i)));
    List<CompletableFuture<Frame>> acks = new ArrayList<>();
    List<CompletableFuture<Frame>> pongs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      acks.add(
          reader.client().ask("message:send", Map.of("channelId", channel, "content", "own" + i)));
      pongs.add(reader.client().ask("ping", Map.of()));
      LockSupport.parkNanos(2_000_000);
    }
    long lastAck = 0;
    for (CompletableFuture<Frame> ack : acks) {
      long offset = (Long) Site.get(ack).data().get("offset");
      assertThat(offset).isGreaterThan(lastAck);
      lastAck = offset;
    }
    pongs.forEach(pong -> assertThat(Site.get(pong).event()).isEqualTo("pong"));
    join(List.of(broadcasts));
    over.set(true);
    join(List.of(comings));
    await().until(() -> offsets(reader).size() >= 2 * count || reader.isClosed());
    assertThat(reader.failure()).isNull();
    assertThat(offsets(reader)).isEqualTo(upTo(2L * count));
    assertThat(reader.frames("presence:online")).isNotEmpty();
  }

  /** BC-004: one after another without a pause, and none is ever stuck. */
  @Test
  void answersManySmallFramesWithoutStanding() {
    HeardSocket socket = socket("pinger");
    int frames = 20_000;
    int atOnce = 500;
    for (int i = 0; i < frames; i += atOnce) {
      ByteArrayOutputStream some = new ByteArrayOutputStream();
      for (int n = 0; n < atOnce; n++) {
        some.writeBytes(
            WebSocketFrames.text(JsonText.write(Map.of("event", "ping", "data", Map.of()))));
      }
      socket.client().sendRaw(some.toByteArray());
      int expected = i + atOnce;
      await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofSeconds(5))
          .until(() -> socket.frames("pong").size() >= expected); // others come and go meanwhile
    }
    assertThat(socket.frames("pong")).hasSize(frames);
  }

  /** BC-005: writes that meet a peer who is just leaving. */
  @Test
  void leavesNothingBehindOfSocketsThatEndWhileTheyAreWrittenTo() {
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections() == 0);
    String channel = site().chat();
    HeardSocket observer = socket("observer");
    observer.join(channel);
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        start(
            "writer",
            () -> {
              while (!over.get()) {
                site().say("writer", channel, "y".repeat(500));
              }
            });
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 300; i++) {
      HeardSocket socket = HeardSocket.open(site().wire(), site().member("brief" + i % 10), 0, "");
      socket.client().ask("channel:join", Map.of("channelId", channel));
      LockSupport.parkNanos(random.nextLong(20_000_000));
      if (i % 2 == 0) {
        socket.client().leave();
      } else {
        socket.client().cut();
      }
    }
    over.set(true);
    join(List.of(writer));
    long last =
        site().query("select last_offset from channel where channel_name = '" + channel + "'");
    await().until(() -> offsets(observer).size() >= last || observer.isClosed());
    assertThat(offsets(observer)).isEqualTo(upTo(last));
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              assertThat(site().connections()).isEqualTo(1);
              assertThat(site().metric("carillon_channels_active")).isLessThan(10);
            });
  }

  /** BC-001, BC-002: what containers say when two sends meet. */
  @Test
  void neverMakesTheContainerComplainOfTwoSendsAtOnce() {
    assertThat(site().server().log())
        // Not every IllegalStateException: Jersey completes requests twice, and Tomcat says so.
        .doesNotContain("TEXT_FULL_WRITING", "remote endpoint was in state")
        .doesNotContain("Blocking message pending", "NullPointerException");
  }
}
