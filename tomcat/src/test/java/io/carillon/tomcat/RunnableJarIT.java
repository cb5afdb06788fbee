package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.check.NodeProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one file, as a user starts it. */
class RunnableJarIT {
  private static final Path JAR = Path.of("target", "carillon.jar").toAbsolutePath();
  private static final Pattern ADDRESS = Pattern.compile("is ready .*(http://127.0.0.1:\\d+)");

  @TempDir Path folder;
  private Process process;

  @AfterEach
  void end() throws Exception {
    if (process != null && process.isAlive()) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void startsWithNothingSetUpAndStopsWhenAsked() throws Exception {
    Path cache = folder.resolve("cache");
    for (int round = 0; round < 2; round++) { // unpacks its libraries, then finds them
      start(Map.of("CARILLON_HTTP_PORT", "0", "XDG_CACHE_HOME", cache.toString()));
      await()
          .atMost(Duration.ofMinutes(4)) // a machine may be busy
          .failFast("the process has ended", () -> !process.isAlive())
          .until(() -> ADDRESS.matcher(output()).find());
      Matcher address = ADDRESS.matcher(output());
      assertThat(address.find()).isTrue();
      HttpResponse<String> page =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(address.group(1) + "/")).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).containsIgnoringCase("carillon");
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(output())
          .contains("Demo accounts: alice, bob, carol", "curl ", "Carillon has stopped")
          .doesNotContain("WARNING", "SEVERE");
      try (var unpacked = Files.list(cache.resolve("carillon"))) {
        assertThat(unpacked.filter(Files::isDirectory)).hasSize(1);
      }
    }
  }

  /** As a service manager starts several nodes of one machine after its installation. */
  @Test
  void startsThreeTimesAtOnceWithNothingUnpackedYet() throws Exception {
    List<NodeProcess> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        nodes.add(new NodeProcess(folder.resolve("node" + i), Map.of()));
      }
      nodes.forEach(NodeProcess::awaitReady);
    } finally {
      nodes.forEach(NodeProcess::close);
    }
  }

  @Test
  void refusesSettingsThatDoNotDo() throws Exception {
    start(Map.of("CARILLON_HTTP_PORT", "70000", "CARILLON_QUEUE_BYTES", "1"));
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(output())
        .contains("CARILLON_HTTP_PORT is \"70000\"", "0 to 65535", "CARILLON_QUEUE_BYTES is \"1\"")
        .doesNotContain("Exception");
  }

  private void start(Map<String, String> environment) throws IOException {
    Files.deleteIfExists(folder.resolve("output"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    command.add(JAR.toString());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }
}
