package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.client.Caller;
import io.carillon.check.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where one way of getting messages ends and the next begins, nothing is missing and nothing comes
 * twice: each seam a thousand times, on all transports, while others write.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class SeamIT {
  private static final int TRIALS = Integer.getInteger("carillon.test.seams", 1_000);
  private static final int AT_ONCE = 16;
  private static final int RECEIVE_BUFFER_BYTES =
      64 * 1024; // of who stops reading: no more than these
  private static final Duration TRIAL_TIME = Duration.ofSeconds(30);
  private static final Duration LAST_WAIT = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static TestNode node;

  private final long seed =
      Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
  private Wire wire;
  private Scene scene;
  private String test;

  @BeforeAll
  static void start() {
    // Pages so small that catching up takes several, and a queue that a few messages fill.
    node =
        TestNode.onH2(folder, Map.of("CARILLON_RESUME_PAGE", "7", "CARILLON_QUEUE_BYTES", "65536"));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @BeforeEach
  void set(TestInfo info) {
    test = info.getTestMethod().orElseThrow().getName();
    wire = new Wire("clients");
    scene = new Scene(wire, seed, node.admin("demo"));
    scene.makeChannel(test + " A");
    scene.makeChannel(test + " B");
  }

  @AfterEach
  void clear() {
    wire.close();
  }

  @Test
  void subscribingWhileOthersWrite() throws Exception {
    try (Traffic traffic = traffic(20)) {
      inParallel(
          trial -> {
            Reader reader = reader(trial, trial % 4);
            reader.start();
            readOn(reader, 3);
          });
    }
    check(0);
  }

  @Test
  void goingFromHistoryToLive() throws Exception {
    try (Traffic traffic = traffic(0)) {
      inParallel(
          trial -> {
            Reader reader = reader(trial, trial % 3 == 1 ? 3 : trial % 3);
            String position = scene.histories().readInto(reader.log(), reader.channels().get(0), 5);
            reader.startAt(position);
            readOn(reader, 3);
          });
    }
    check(TRIALS);
  }

  @Test
  void catchingUpInPagesWhileMessagesChange() throws Exception {
    try (Traffic traffic = traffic(40)) {
      String channel = scene.channels().get(0);
      assertThat(Scene.await(TRIAL_TIME, () -> scene.end(channel) > 100)).isTrue();
      inParallel(
          trial -> {
            Reader reader = reader(trial, trial % 3 == 1 ? 3 : trial % 3);
            String end = scene.histories().position(channel);
            long from = Math.max(0, Positions.offset(end) - 40);
            reader.log().started(scene.key(channel), from);
            reader.startAt(end.substring(0, end.indexOf('-') + 1) + from);
            readOn(reader, 45);
          });
    }
    check(TRIALS);
  }

  @Test
  void goingFromPollToPoll() {
    List<PollReader> readers = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      readers.add((PollReader) reader(i, 3));
    }
    try (Traffic traffic = traffic(10)) {
      readers.forEach(Reader::start);
      int each = TRIALS / AT_ONCE + 1;
      for (int cuts = 0; readers.stream().anyMatch(r -> r.answers() < each); cuts++) {
        PollReader reader = readers.get(cuts % AT_ONCE);
        long before = reader.answers();
        boolean answered = Scene.await(TRIAL_TIME, () -> reader.answers() > before);
        assertThat(answered).as("an answer to a poll").isTrue();
        if (cuts % 3 == 0) {
          reader.cut(); // the answer is lost, or half of it, and asked for again
        }
      }
      for (PollReader reader : readers) {
        // Somebody writes all the time, so no poll has to wait until its time is over.
        assertThat(reader.emptyAnswers()).as("polls that nothing woke").isZero();
      }
    }
    awaitAll(readers);
    check(TRIALS);
  }

  @Test
  void comingBackAfterAnOverflow() {
    int count = 50;
    String channel = scene.channels().get(0);
    List<SocketReader> sockets = new ArrayList<>();
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < count / 2; i++) {
      Caller caller = node.member("demo", "slow" + i);
      sockets.add(
          new SocketReader(
              scene.run(), "socket" + i, caller, List.of(channel), RECEIVE_BUFFER_BYTES));
      readers.add(
          new StreamReader(
              scene.run(), "stream" + i, caller, List.of(channel), RECEIVE_BUFFER_BYTES));
    }
    readers.addAll(sockets);
    readers.forEach(Reader::start);
    awaitPlaces(readers, 0);
    for (int closed = 0; closed < TRIALS; closed += count) {
      double overflows = node.metrics(wire).get("carillon_queue_overflows_total");
      readers.forEach(Reader::pause);
      try (Traffic burst = burst()) {
        boolean all =
            Scene.await(
                TRIAL_TIME,
                () ->
                    node.metrics(wire).get("carillon_queue_overflows_total") >= overflows + count);
        assertThat(all).as("all stalled clients overflow").isTrue();
      }
      readers.forEach(Reader::resume);
      awaitPlaces(readers, scene.end(channel));
    }
    List<Integer> codes = sockets.stream().flatMap(socket -> socket.closeCodes().stream()).toList();
    // A machine that is so slow that the server cuts before the client reads on has 1006 as well.
    assertThat(codes).hasSize(TRIALS / 2).isSubsetOf(4408, 1006).contains(4408);
    awaitAll(readers);
    check(TRIALS);
  }

  // ---- what the trials share

  /** Four writers; so many percent of what they do changes earlier messages. */
  private Traffic traffic(int percentChanged) {
    return Traffic.start(
        scene,
        writers(4),
        scene.channels(),
        new Traffic.Kind(20, percentChanged, Duration.ofMillis(4)));
  }

  private Traffic burst() {
    return Traffic.start(
        scene,
        writers(4),
        List.of(scene.channels().get(0)),
        new Traffic.Kind(16_000, 0, Duration.ofMillis(1)));
  }

  private List<Caller> writers(int count) {
    List<Caller> writers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      writers.add(node.member("demo", "writer" + System.nanoTime() + i));
    }
    return writers;
  }

  private Reader reader(int trial, int transport) {
    Caller caller = node.member("demo", "reader" + trial % AT_ONCE);
    List<String> first = List.of(scene.channels().get(0));
    String name = test + " " + trial;
    return switch (transport) {
      case 0 -> new SocketReader(scene.run(), "socket " + name, caller, first);
      case 1 -> new StreamReader(scene.run(), "streams " + name, caller, scene.channels());
      case 2 -> new StreamReader(scene.run(), "stream " + name, caller, first);
      default -> new PollReader(scene.run(), "poll " + name, caller, first);
    };
  }

  /** Reads some more of the first channel, then leaves. */
  private void readOn(Reader reader, int more) {
    String channel = scene.key(scene.channels().get(0));
    boolean started = Scene.await(TRIAL_TIME, () -> reader.log().position(channel) >= 0);
    long from = reader.log().position(channel);
    boolean read =
        started && Scene.await(TRIAL_TIME, () -> reader.log().position(channel) >= from + more);
    reader.stop();
    if (!read) {
      throw new AssertionError(
          reader.log().name() + " did not get beyond " + reader.log().position(channel));
    }
    wire.execute(() -> scene.channels().forEach(name -> reader.log().left(scene.key(name))));
  }

  private static void inParallel(IntConsumer trial) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> trials = new ArrayList<>();
      for (int i = 0; i < TRIALS; i++) {
        int number = i;
        trials.add(threads.submit(() -> trial.accept(number)));
      }
      for (Future<?> each : trials) {
        each.get(5, TimeUnit.MINUTES);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void awaitPlaces(List<Reader> readers, long place) {
    String channel = scene.key(scene.channels().get(0));
    for (Reader reader : readers) {
      boolean there = Scene.await(LAST_WAIT, () -> reader.log().position(channel) >= place);
      assertThat(there)
          .as("%s is at %d, not %d", reader.log().name(), reader.log().position(channel), place)
          .isTrue();
    }
  }

  private void awaitAll(List<? extends Reader> readers) {
    readers.forEach(reader -> Scene.await(LAST_WAIT, () -> scene.hasAll(reader)));
    readers.forEach(Reader::stop);
  }

  private void check(int resumes) {
    Report report = scene.finish();
    System.out.println(test + ": " + report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resumes()).isGreaterThanOrEqualTo(resumes);
    assertThat(report.resets()).isZero();
  }
}
