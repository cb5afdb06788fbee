package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.Operation;
import io.carillon.check.Reader;
import io.carillon.check.Report;
import io.carillon.check.Scene;
import io.carillon.check.Sender;
import io.carillon.check.SocketReader;
import io.carillon.check.StreamReader;
import io.carillon.check.client.Caller;
import io.carillon.check.client.RestClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Clients that stop reading harm nobody but themselves. */
abstract class SlowReadersOnServers extends OnServers {
  private static final int CLIENTS = 100;
  private static final int STALLED = 10;
  private static final int SMALL_BUFFER_BYTES = 16 * 1024;
  private static final int SLOW_CONSUMER = 4408;
  private static final int ABNORMAL = 1006;
  private static final int MESSAGES = 60;
  private static final int LARGE_CHARACTERS = 60_000;
  private static final int MOST_LARGE = 400; // far more than kernels and queues hold
  private static final long MOST_MORE_BYTES = 64L * 1024 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  SlowReadersOnServers(Supplier<Site> place) {
    super(place);
  }

  /**
   * BC-006, BC-007, BC-008: a tenth of a channel's clients read nothing any more; the others have
   * each message soon, requests are answered, and the server keeps no more than the queues hold.
   */
  @Test
  void delayNobodyAndAreSentAway() {
    await().atMost(Duration.ofSeconds(20)).until(() -> site().connections() == 0);
    Scene scene = new Scene(site().wire(), ThreadLocalRandom.current().nextLong(), site().admin());
    String room = scene.makeChannel(Site.fresh("room"));
    String aside = scene.makeChannel(Site.fresh("aside")); // which only the slow ones read
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      boolean slow = i < STALLED;
      List<String> channels = slow ? List.of(room, aside) : List.of(room);
      int buffer = slow ? SMALL_BUFFER_BYTES : 0;
      Caller caller = site().member("listener" + i);
      readers.add(
          i % 2 == 0
              ? new SocketReader(scene.run(), "socket" + i, caller, channels, buffer)
              : new StreamReader(scene.run(), "stream" + i, caller, channels, buffer));
    }
    readers.forEach(Reader::start);
    awaitAll(scene, readers);
    List<Reader> slow = readers.subList(0, STALLED);
    List<Reader> others = readers.subList(STALLED, CLIENTS);
    Sender sender =
        new Sender(
            scene.run().recorder(),
            new RestClient(site().wire(), site().member("writer")),
            Optional::empty);
    play(scene, sender, room, others); // warms up
    Duration without = play(scene, sender, room, others);
    long before = site().usedBytes();

    slow.forEach(Reader::pause);
    double gone = site().metric("carillon_queue_overflows_total");
    for (int i = 0; i < MOST_LARGE && site().connections() > CLIENTS - STALLED; i++) {
      send(sender, aside, "x".repeat(LARGE_CHARACTERS));
    }
    Duration with = play(scene, sender, room, others);
    long more = site().usedBytes() - before;
    await().atMost(PATIENCE).until(() -> site().connections() <= CLIENTS - STALLED);
    double overflows = site().metric("carillon_queue_overflows_total") - gone;
    slow.forEach(Reader::resume);
    awaitAll(scene, readers);

    List<Integer> codes = closeCodes(slow);
    List<Integer> othersCodes = closeCodes(others);
    readers.forEach(Reader::stop);
    Report report = scene.finish();
    System.out.printf(
        "slow readers: p99 %d ms without, %d ms with %d of %d stalled, %d KiB more, %.0f overflows,"
            + " closed with %s; %s%n",
        without.toMillis(),
        with.toMillis(),
        STALLED,
        CLIENTS,
        more / 1024,
        overflows,
        codes,
        report.line());
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resets()).isZero();
    assertThat(codes).isNotEmpty().isSubsetOf(SLOW_CONSUMER, ABNORMAL);
    assertThat(othersCodes).as("the others are not sent away").isEmpty();
    assertThat(with).isLessThan(without.multipliedBy(3).plusMillis(300)); // a busy machine
    assertThat(more).as("bytes of the heap").isLessThan(MOST_MORE_BYTES);
  }

  private static List<Integer> closeCodes(List<Reader> readers) {
    return readers.stream()
        .filter(SocketReader.class::isInstance)
        .flatMap(reader -> ((SocketReader) reader).closeCodes().stream())
        .toList();
  }

  private static void awaitAll(Scene scene, List<Reader> readers) {
    Map<String, Long> ends = new HashMap<>();
    scene.channels().forEach(channel -> ends.put(channel, scene.end(channel)));
    for (Reader reader : readers) {
      assertThat(
              Scene.await(
                  PATIENCE,
                  () ->
                      reader.channels().stream()
                          .allMatch(
                              channel ->
                                  reader.log().position(scene.key(channel)) >= ends.get(channel))))
          .as(reader.log().name())
          .isTrue();
    }
  }

  private static Operation send(Sender sender, String channel, String text) {
    Sender.Message message = sender.message(channel, Site.fresh("m"), text);
    CompletableFuture<Void> sent = sender.sendByRest(message);
    Site.get(sent);
    assertThat(message.operation().isAcknowledged()).isTrue();
    return message.operation();
  }

  /** The 99th percentile of the time until the readers have a message. */
  private static Duration play(Scene scene, Sender sender, String room, List<Reader> readers) {
    Map<Long, Long> begun = new HashMap<>();
    for (int i = 0; i < MESSAGES; i++) {
      Operation operation = send(sender, room, "y".repeat(100));
      begun.put(operation.revision(), operation.startNanos());
    }
    awaitAll(scene, readers);
    long[] nanos =
        readers.stream()
            .flatMapToLong(reader -> LongStream.of(reader.log().latencies(scene.key(room), begun)))
            .sorted()
            .toArray();
    assertThat(nanos).hasSize(MESSAGES * readers.size());
    return Duration.ofNanos(nanos[nanos.length * 99 / 100]);
  }
}
