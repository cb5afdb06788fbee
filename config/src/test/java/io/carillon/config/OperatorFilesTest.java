package io.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keeps what an operator starts from in step with {@link Settings}. */
class OperatorFilesTest {
  private static final Pattern KEY = Pattern.compile("CARILLON_[A-Z_]+");

  /** What a stop takes beside the draining, on a slow machine. */
  private static final Duration STOP = Duration.ofSeconds(15);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compose.yaml",
        "carillon.service",
        "nginx/carillon.conf",
        "haproxy/haproxy.cfg",
        "../tomcat/src/main/stock/context.xml",
        "../docs/operations.md"
      })
  void namesSettingsThatThereAre(String file) throws IOException {
    Matcher key = KEY.matcher(Files.readString(Path.of(file)));
    int found = 0;
    while (key.find()) {
      assertThat(SettingsTable.keys()).contains(key.group());
      found++;
    }
    assertThat(found).isPositive();
  }

  @Test
  void leavesTimeForDraining() throws IOException {
    Duration least = Settings.of(Map.of()).node().drainTime().plus(STOP);
    assertThat(seconds("carillon.service", "TimeoutStopSec=(\\d+)\n")).isGreaterThan(least);
    assertThat(seconds("compose.yaml", "stop_grace_period: (\\d+)s")).isGreaterThan(least);
  }

  private static Duration seconds(String file, String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
    assertThat(matcher.find()).as("%s has %s", file, pattern).isTrue();
    return Duration.ofSeconds(Long.parseLong(matcher.group(1)));
  }
}
