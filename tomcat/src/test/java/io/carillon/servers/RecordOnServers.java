package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.MixedRun;
import io.carillon.check.Reader;
import io.carillon.check.Report;
import io.carillon.check.Scene;
import io.carillon.check.SocketReader;
import io.carillon.check.Traffic;
import io.carillon.stream.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What everybody was told is compared with what is stored. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class RecordOnServers extends OnServers {
  private static final int MESSAGES = 5_000;
  private static final MixedRun.Size SIZE = new MixedRun.Size(20, 40, 6_000, 20);
  private static final int CROWD = 300;

  /** So long, at least; a redeployment may take longer, and is waited for. */
  private static final MixedRun.Size DURING_REDEPLOYMENT =
      new MixedRun.Size(10, 30, 1_500, 200, 100);

  private static final int SECONDS_AFTERWARDS = 3;

  RecordOnServers(Supplier<Site> place) {
    super(place);
  }

  private static long seed() {
    return Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
  }

  private MixedRun run(MixedRun.Size size) {
    return new MixedRun(
        site().wire(), seed(), size, site().admin(), number -> site().member("mixed" + number));
  }

  @Test
  @Order(1)
  void losesAndRepeatsNothingOnMixedTransports() {
    Report report = run(SIZE).run();
    System.out.println("mixed transports: " + report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.messages()).isGreaterThanOrEqualTo(MESSAGES);
    assertThat(report.duplicates()).isGreaterThan(MESSAGES / 20);
    assertThat(report.resumes()).isGreaterThan(MESSAGES / 50);
    assertThat(report.resets()).isZero();
  }

  /** BC-202: all connections end at once, and everybody comes back to what was missed. */
  @Test
  @Order(2)
  void everybodyComesBackAfterAllWereCutAtOnce() {
    Scene scene = new Scene(site().wire(), seed(), site().admin(), Duration.ofSeconds(2));
    IntStream.range(0, 10).forEach(i -> scene.makeChannel(Site.fresh("storm")));
    List<SocketReader> readers = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      readers.add(
          new SocketReader(
              scene.run(),
              "reader " + i,
              site().member("storm" + i),
              List.of(scene.channels().get(i % 10))));
    }
    readers.forEach(Reader::start);
    assertThat(
            Scene.await(
                Duration.ofSeconds(60),
                () ->
                    readers.stream()
                        .allMatch(
                            reader ->
                                reader.log().position(scene.key(reader.channels().get(0))) >= 0)))
        .as("everybody has come")
        .isTrue();
    double back;
    try (Traffic traffic =
        Traffic.start(
            scene,
            List.of(site().member("writer0"), site().member("writer1")),
            scene.channels(),
            new Traffic.Kind(0, 10, Duration.ofMillis(20)))) {
      await().until(() -> scene.run().recorder().operations().size() > 20);
      long cut = System.nanoTime();
      readers.forEach(Reader::cut);
      Scene.await(
          Duration.ofSeconds(30),
          () -> readers.stream().allMatch(reader -> reader.log().resumes() > 0));
      back = Site.secondsSince(cut);
    }
    assertThat(Scene.await(Duration.ofSeconds(30), () -> readers.stream().allMatch(scene::hasAll)))
        .as("everybody has everything")
        .isTrue();
    readers.forEach(Reader::stop);
    Report report = scene.finish();
    System.out.printf("storm: %d came back within %.1f s; %s%n", CROWD, back, report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resets()).isZero();
    assertThat(back).isLessThan(30);
  }

  /**
   * The application is taken away and deployed again while people write and read: nothing that was
   * acknowledged is lost, nothing comes twice, and nobody is left with a gap.
   */
  @Test
  @Order(3)
  void losesNothingWhenTheApplicationIsDeployedAgain() {
    String channel = site().chat();
    String position = (String) site().say("alice", channel, "before").get("position");
    AtomicReference<CompletableFuture<Double>> deployment = new AtomicReference<>();
    Report report =
        run(DURING_REDEPLOYMENT)
            .run(
                new MixedRun.Disturbance() {
                  private volatile long deployedNanos;

                  @Override
                  public void begin() {
                    deployment.set(CompletableFuture.supplyAsync(this::redeploy));
                  }

                  private double redeploy() {
                    long began = System.nanoTime();
                    try {
                      site().server().redeploy();
                    } catch (IOException e) {
                      throw new CompletionException(e);
                    }
                    deployedNanos = System.nanoTime();
                    return Site.secondsSince(began);
                  }

                  @Override
                  public boolean isOver() {
                    return deployment.get().isDone()
                        && Site.secondsSince(deployedNanos) > SECONDS_AFTERWARDS;
                  }

                  @Override
                  public void end() {
                    deployment.get().join();
                  }
                });
    System.out.printf("redeployed in %.1f s: %s%n", deployment.get().join(), report);
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.resets()).isZero();
    assertThat(report.messages()).isGreaterThan(20);
    // A position from before is good after it.
    EventStream stream = stream("bob", Site.events(channel), position);
    site().say("alice", channel, "after");
    await().until(() -> !stream.events.isEmpty());
    assertThat(stream.contents()).containsExactly("after");
    HeardSocket socket = socket("bob");
    assertThat(socket.join(channel).event()).isEqualTo("channel:joined");
  }
}
