package io.carillon.servers;

import static io.carillon.servers.Site.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carillon.check.client.NativeSocketClient;
import io.carillon.check.wire.TcpProxy;
import io.carillon.stream.EventStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that are gone leave nothing behind, and disturb nobody. */
abstract class GoneClientsOnServers extends OnServers {
  private static final Duration NOTICED =
      Site.HEARTBEAT.multipliedBy(2).plus(Site.WRITE_DEADLINE).plusSeconds(10);

  GoneClientsOnServers(Supplier<Site> place) {
    super(place);
  }

  @BeforeEach
  void nobodyIsThere() {
    await().atMost(Duration.ofSeconds(30)).until(() -> site().connections() == 0);
  }

  private EventStream begin(String user, String path) {
    return EventStream.begin(site().wire(), site().member(user), path, "", 0);
  }

  private List<EventStream> open(int count, String path) {
    List<EventStream> streams =
        IntStream.range(0, count).mapToObj(i -> begin("reader" + i % 20, path)).toList();
    streams.forEach(stream -> Site.get(stream.client().ready()));
    return streams;
  }

  private static void end(List<EventStream> streams) {
    for (int i = 0; i < streams.size(); i++) {
      if (i % 2 == 0) {
        streams.get(i).client().leave();
      } else {
        streams.get(i).client().cut();
      }
    }
  }

  /** BC-013, BC-014: on a channel where nothing happens, so that no write could tell. */
  @Test
  void areNoticedOnASilentChannelAndTheirSocketsAreClosed() throws Exception {
    String channel = site().chat();
    end(open(20, events(channel))); // what is only made once is made
    await().atMost(NOTICED).until(() -> site().connections("sse") == 0);
    long before = openFiles();
    for (int round = 0; round < 2; round++) {
      end(open(100, events(channel)));
    }
    await().atMost(NOTICED).until(() -> site().connections("sse") == 0);
    await().atMost(NOTICED).until(() -> site().metric("carillon_subscriptions") == 0);
    await().atMost(NOTICED).until(() -> halfClosed() == 0);
    await().atMost(NOTICED).until(() -> openFiles() <= before + 15);
  }

  private long openFiles() throws IOException {
    Path folder = Path.of("/proc", Long.toString(site().server().process().pid()), "fd");
    assumeTrue(Files.isDirectory(folder), "left out: only Linux tells what a process has open");
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  /** Connections of the server's port that the client has ended and the server has not. */
  private long halfClosed() throws IOException {
    String port = String.format(":%04X ", site().server().address().getPort());
    long count = 0;
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try (Stream<String> lines = Files.lines(Path.of(table))) {
        count +=
            lines
                .map(String::strip)
                .filter(line -> line.split("\\s+")[1].concat(" ").endsWith(port))
                .filter(line -> line.split("\\s+")[3].equals("08")) // CLOSE_WAIT
                .count();
      }
    }
    return count;
  }

  /** BC-015, BC-032: nothing comes from them, not even that they have ended. */
  @Test
  void areNoticedThoughTheyGoWithoutAWord() {
    String channel = site().chat();
    try (TcpProxy proxy = new TcpProxy(site().wire(), site().server().address())) {
      List<HeardSocket> sockets = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        sockets.add(
            HeardSocket.open(site().wire(), site().member("ghost" + i).at(proxy.address()), 0, ""));
      }
      sockets.forEach(socket -> socket.join(channel));
      assertThat(site().connections("websocket")).isEqualTo(20);
      proxy.swallow();
      await().atMost(NOTICED).until(() -> site().connections("websocket") == 0);
      await().atMost(NOTICED).until(() -> site().metric("carillon_presence_entries") == 0);
    }
  }

  /** BC-017: who publishes sees nothing of it, and the others have everything. */
  @Test
  void costNeitherWritersNorReadersAnything() {
    String channel = site().chat();
    List<EventStream> streams = open(100, events(channel));
    int messages = 150;
    for (int i = 0; i < messages; i++) {
      site().say("writer", channel, "m" + i); // fails if it is refused
      if (i % 5 == 2) {
        streams.get(i / 5).client().cut();
      }
    }
    List<EventStream> others = streams.subList(30, 100);
    List<Object> all = IntStream.range(0, messages).mapToObj(i -> (Object) ("m" + i)).toList();
    for (EventStream stream : others) {
      await().until(() -> stream.events.size() >= messages || stream.closed.isDone());
      assertThat(stream.contents()).isEqualTo(all);
    }
    end(others);
  }

  /**
   * BC-019, BC-020: streams begin and end all the time while events are sent. Each hears what comes
   * after it is open, and one that stays hears everything without a long silence.
   */
  @Test
  void stopNobodyByComingAndGoing() throws InterruptedException {
    String channel = site().chat();
    EventStream observer = stream("observer", events(channel));
    AtomicBoolean over = new AtomicBoolean();
    List<Double> slowestOpenings = new java.util.concurrent.CopyOnWriteArrayList<>();
    List<String> faults = new java.util.concurrent.CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      SplittableRandom random = new SplittableRandom(t);
      Thread thread =
          new Thread(
              () -> {
                double slowest = 0;
                while (!over.get()) {
                  long began = System.nanoTime();
                  EventStream stream = begin("brief" + random.nextInt(20), events(channel));
                  Site.get(stream.client().ready());
                  slowest = Math.max(slowest, Site.secondsSince(began));
                  LockSupport.parkNanos(random.nextLong(10_000_000, 200_000_000));
                  if (hasHole(stream)) {
                    faults.add("a hole: " + stream.contents());
                  }
                  stream.client().cut();
                }
                slowestOpenings.add(slowest);
              });
      threads.add(thread);
      thread.start();
    }
    int messages = 600;
    double longest = 0;
    for (int i = 0; i < messages; i++) {
      int expected = i + 1;
      long sent = System.nanoTime();
      site().say("writer", channel, Integer.toString(i));
      if (i % 20 == 0) {
        await().pollInterval(Duration.ofMillis(2)).until(() -> observer.events.size() >= expected);
        longest = Math.max(longest, Site.secondsSince(sent));
      }
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    await().until(() -> observer.events.size() >= messages);
    assertThat(observer.contents())
        .isEqualTo(IntStream.range(0, messages).mapToObj(Integer::toString).toList());
    assertThat(faults).isEmpty();
    assertThat(slowestOpenings).hasSize(8).allMatch(seconds -> seconds < 5); // on a busy machine
    assertThat(longest).as("longest silence, s").isLessThan(3);
  }

  private static boolean hasHole(EventStream stream) {
    List<Object> contents = stream.contents();
    for (int i = 1; i < contents.size(); i++) {
      int before = Integer.parseInt((String) contents.get(i - 1));
      if (Integer.parseInt((String) contents.get(i)) != before + 1) {
        return true;
      }
    }
    return false;
  }

  /** BC-022: after the answer nothing new is taken, and nobody hears anything that is late. */
  @Test
  void hearNothingLateOfAChannelThatIsArchived() throws InterruptedException {
    String channel = site().chat();
    List<EventStream> streams = open(30, events(channel));
    List<HeardSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      sockets.add(opened(HeardSocket.open(site().wire(), site().member("reader" + i), 0, "")));
    }
    sockets.forEach(socket -> socket.join(channel));
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              while (!over.get()) {
                Site.get(
                    site().rest("writer").post(Site.messages(channel), Map.of("content", "m")));
              }
            });
    writer.start();
    await().until(() -> streams.get(0).events.size() > 20);
    Site.get(site().rest("alice").delete(Site.path(channel))).orRefused();
    assertThat(
            Site.refusal(
                Site.get(site().rest("bob").post(Site.messages(channel), Map.of("content", "x")))))
        .isEqualTo("409 ARCHIVED");
    long last = last(channel);
    over.set(true);
    writer.join();
    assertThat(last(channel)).isEqualTo(last);
    for (EventStream stream : streams) {
      await().until(() -> stream.lastId().endsWith("-" + last));
      assertThat(stream.contents()).hasSizeLessThanOrEqualTo((int) last);
    }
    for (HeardSocket socket : sockets) {
      await().until(() -> socket.contents().size() >= sizeOf(streams));
    }
    end(streams);
  }

  private static long sizeOf(List<EventStream> streams) {
    return streams.stream().mapToLong(stream -> stream.contents().size()).min().orElse(0);
  }

  private long last(String channel) {
    return site().query("select last_offset from channel where channel_name = '" + channel + "'");
  }

  /** BC-040: within a message, whose rest no thread may wait for. */
  @Test
  void leaveNothingBehindWhenTheyBreakOffWithinAMessage() {
    List<NativeSocketClient> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      HeardSocket socket = HeardSocket.open(site().wire(), site().member("half" + i % 20), 0, "");
      // A frame of 2,000 bytes is announced, and a part of it comes.
      byte[] part = new byte[i % 2 == 0 ? 3 : 1_000];
      part[0] = (byte) 0x81;
      part[1] = (byte) (0x80 | 126);
      part[2] = 0x07;
      if (part.length > 3) {
        part[3] = (byte) 0xD0;
      }
      socket.client().sendRaw(part);
      clients.add(socket.client());
    }
    assertThat(site().connections("websocket")).isPositive(); // they answer no ping any more
    clients.forEach(NativeSocketClient::cut);
    await().atMost(NOTICED).until(() -> site().connections("websocket") == 0);
    assertThat(Site.get(site().rest("alice").get("/api/me")).status()).isEqualTo(200);
  }
}
