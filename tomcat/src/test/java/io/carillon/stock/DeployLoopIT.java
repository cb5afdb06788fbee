package io.carillon.stock;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.PostConstruct;
import jakarta.el.ELContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The WAR leaves nothing in a JVM that it was deployed in and taken from again. {@code
 * -Ddeployments=200} does it more often.
 */
@DisabledIfSystemProperty(named = "skipServers", matches = "true|")
class DeployLoopIT {
  private static final Path WAR = Path.of("target", "carillon-tomcat.war").toAbsolutePath();
  private static final int ROUNDS = Integer.getInteger("deployments", 10);

  /** That it may vary by: what is deployed has some 9,000 classes. */
  private static final int TOLERANCE = 600;

  @TempDir Path folder;

  /** One round's line. */
  private record Round(int classes, int loaders, int threads) {}

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void leavesNoClassBehind() throws Exception {
    Path output = folder.resolve("output.txt");
    Process process = start(output);
    try {
      int status = process.waitFor();
      String said = Files.readString(output);
      assertThat(status).as(said).isZero();
      List<Round> rounds = rounds(said);
      assertThat(rounds).as(said).hasSize(ROUNDS);
      // One may outlast its round, as with a container's thread that is still to be replaced: never
      // two, and not in every round.
      assertThat(rounds).allMatch(round -> round.loaders() <= 1);
      assertThat(rounds).filteredOn(round -> round.loaders() == 0).hasSizeGreaterThan(ROUNDS / 2);
      int first = leastClasses(rounds.subList(0, ROUNDS / 2));
      int last = leastClasses(rounds.subList(ROUNDS / 2, ROUNDS));
      System.out.printf("%d deployments: %d classes, then %d%n", ROUNDS, first, last);
      assertThat(last).as("of %s", rounds).isLessThan(first + TOLERANCE);
    } finally {
      process.destroyForcibly();
    }
  }

  private static int leastClasses(List<Round> rounds) {
    return rounds.stream().mapToInt(Round::classes).min().orElseThrow();
  }

  private static List<Round> rounds(String said) {
    List<Round> rounds = new ArrayList<>();
    Matcher line = DeployLoop.LINE.matcher(said);
    while (line.find()) {
      rounds.add(
          new Round(
              Integer.parseInt(line.group("classes")),
              Integer.parseInt(line.group("loaders")),
              Integer.parseInt(line.group("threads"))));
    }
    return rounds;
  }

  private Process start(Path output) throws IOException {
    Path war = Files.createDirectory(folder.resolve("war"));
    unpack(war);
    Files.createDirectories(folder.resolve("base").resolve("webapps"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // As Tomcat's own scripts do.
    for (String opened :
        List.of(
            "java.base/java.lang",
            "java.base/java.io",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.rmi/sun.rmi.transport")) {
      command.add("--add-opens=" + opened + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classPath(), DeployLoop.class.getName()));
    command.addAll(
        List.of(war.toString(), folder.resolve("base").toString(), Integer.toString(ROUNDS)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Tomcat and the loop itself: what the WAR has must come from the WAR. */
  private String classPath() throws IOException {
    Path own = folder.resolve("classes");
    Path packageFolder = own.resolve(DeployLoop.class.getPackageName().replace('.', '/'));
    Files.createDirectories(packageFolder);
    Path compiled = placeOf(DeployLoop.class).resolve(own.relativize(packageFolder));
    try (Stream<Path> files = Files.list(compiled)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("DeployLoop") && !name.startsWith("DeployLoopIT")) {
          Files.copy(file, packageFolder.resolve(name));
        }
      }
    }
    return Stream.of(
            own,
            placeOf(Tomcat.class),
            placeOf(WsSci.class),
            placeOf(ELContext.class),
            placeOf(PostConstruct.class))
        .map(Path::toString)
        .distinct()
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(Path to) throws IOException {
    try (InputStream file = Files.newInputStream(WAR);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path target = to.resolve(entry.getName()).normalize();
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(zip, target);
        }
      }
    }
  }
}
