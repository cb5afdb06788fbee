package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.h2.Driver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The embedded database still has, however often its process is killed, whatever it has said was
 * committed: also when its file has been in use for longer than H2 keeps old places in it.
 */
@DisabledIfSystemProperty(named = "skipSlow", matches = "true")
class KilledDatabaseIT {
  private static final int KILLS = Integer.getInteger("carillon.database.kills", 12);
  private static final int MIN_COMMITS = 200; // before a kill
  private static final int MAX_COMMITS = 800;
  private static final Duration MAX_RUN = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final long seed =
      Long.getLong("carillon.test.seed", ThreadLocalRandom.current().nextLong());
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void hasWhateverItCommitted() throws Exception {
    System.out.println("-Dcarillon.test.seed=" + seed);
    long committed = 0;
    List<String> lost = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      List<Long> told = runAndKill(random.nextInt(MIN_COMMITS, MAX_COMMITS));
      long found = told.get(0);
      if (found < committed) {
        lost.add("kill " + i + ": committed " + committed + ", found " + found);
      }
      committed = told.get(told.size() - 1);
    }
    assertThat(lost).isEmpty();
  }

  /** Lets it commit so often, and kills it; what it has said until then. */
  private List<Long> runAndKill(int commits) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath()));
    command.add(CommittingProcess.class.getName());
    command.add(folder.resolve("database").toString());
    Storage.H2_PROPERTIES.forEach((name, value) -> command.add(name + "=" + value));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      return CompletableFuture.supplyAsync(() -> told(process, commits))
          .get(MAX_RUN.toSeconds(), TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static List<Long> told(Process process, int commits) {
    List<Long> told = new ArrayList<>();
    try (BufferedReader lines = process.inputReader()) {
      String line;
      while ((line = lines.readLine())
          != null) { // to its end: what was said before the kill counts
        told.add(Long.parseLong(line));
        if (told.size() == commits) {
          process.toHandle().destroyForcibly(); // which leaves what it has said to be read
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return told;
  }

  private static String classPath() {
    return Stream.of(CommittingProcess.class, Driver.class)
        .map(KilledDatabaseIT::place)
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static String place(Class<?> of) {
    CodeSource source = of.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
