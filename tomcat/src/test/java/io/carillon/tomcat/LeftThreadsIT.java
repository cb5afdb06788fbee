package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a server. No other one runs here, whose threads come and go meanwhile. */
class LeftThreadsIT {
  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void startsAgainOnTheSameDataAndLeavesNoThreadBehind() throws Exception {
    TomcatServer.start(settings()).close(); // makes what belongs to the process
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (TomcatServer again = TomcatServer.start(settings())) {
      URI ready = URI.create("http://127.0.0.1:" + again.port() + "/health/ready");
      HttpResponse<Void> answer =
          client.send(
              HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread) && !isTheTests(thread))
                    .extracting(Thread::getName)
                    .isEmpty());
  }

  private static boolean isTheTests(Thread thread) {
    return thread.getName().startsWith("HttpClient") || thread.getName().startsWith("awaitility");
  }

  private Settings settings() {
    return Settings.of(
        Map.of(
            "CARILLON_HTTP_PORT", "0",
            "CARILLON_DEMO", "true",
            "CARILLON_DATA_FOLDER", folder.toString()));
  }
}
