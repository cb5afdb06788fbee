package io.carillon.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever carries streams, no byte of one gets into another response. */
@DisabledIfSystemProperty(named = "skipSlow", matches = "(?!false).*")
class ForeignBytesIT {
  private static final int REQUESTS = Integer.getInteger("carillon.test.foreign", 5_000);
  private static final int STREAMS = 200;
  private static final ForeignBytes.Size SIZE =
      new ForeignBytes.Size(REQUESTS, STREAMS, 50, 12, Duration.ofMillis(2));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"direct", "servlet"})
  void nobodyGetsAByteOfAnothersStream(String carrier) throws InterruptedException {
    long seed = Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
    Map<String, String> settings =
        Map.of("CARILLON_HEARTBEAT_INTERVAL", "1s", "CARILLON_STREAMS", carrier);
    try (TestNode node = TestNode.onH2(folder, settings)) {
      ForeignBytes.Outcome outcome =
          new ForeignBytes(seed, SIZE)
              .run(number -> node.member("demo", "user" + number), node.admin("demo"));
      System.out.printf("%s streams: %s, seed=%d%n", carrier, outcome, seed);
      assertThat(outcome.faults()).isEmpty();
      assertThat(outcome.requests()).isGreaterThanOrEqualTo(REQUESTS);
      // Or the streams that were broken off had nothing to say.
      assertThat(outcome.events()).isGreaterThan(REQUESTS / 10);
      assertThat(outcome.cuts()).isGreaterThan(STREAMS);
    }
  }
}
