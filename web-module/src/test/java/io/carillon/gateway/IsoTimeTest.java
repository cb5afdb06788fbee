package io.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IsoTimeTest {
  private static final DateTimeFormatter REFERENCE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  @Test
  void alwaysHasThreeDigitsOfMilliseconds() {
    assertThat(IsoTime.text(Instant.parse("2026-01-05T10:00:00Z").toEpochMilli()))
        .isEqualTo("2026-01-05T10:00:00.000Z");
  }

  @Test
  void agreesWithTheFormatterOfThePlatform() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    long first = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
    long end = Instant.parse("+10000-01-01T00:00:00Z").toEpochMilli();
    for (int i = 0; i < 20_000; i++) {
      long millis = random.nextLong(first, end);
      assertThat(IsoTime.text(millis))
          .as("seed %d, %d ms", seed, millis)
          .isEqualTo(REFERENCE.format(Instant.ofEpochMilli(millis)));
    }
  }

  @Test
  void knowsLeapDaysAndTheEndsOfCenturies() {
    for (String day :
        new String[] {"2000-02-29", "1900-02-28", "1900-03-01", "2024-12-31", "1970-01-01"}) {
      String text = day + "T23:59:59.999Z";
      assertThat(IsoTime.text(Instant.parse(text).toEpochMilli())).isEqualTo(text);
    }
  }

  @Test
  void fallsBackForYearsOfMoreDigits() {
    long millis = Instant.parse("+12026-01-05T10:00:00.123Z").toEpochMilli();
    assertThat(IsoTime.text(millis)).isEqualTo("+12026-01-05T10:00:00.123Z");
  }
}
