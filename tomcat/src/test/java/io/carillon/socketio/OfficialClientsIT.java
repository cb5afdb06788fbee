package io.carillon.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.TestNode;
import io.carillon.check.client.Caller;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official JavaScript client under Node, as anybody would install it. */
class OfficialClientsIT {
  private static final Path SCRIPTS = Path.of("src", "test", "socketio");
  private static final Path INSTALLED = Path.of("target", "socketio-client").toAbsolutePath();

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    Files.createDirectories(INSTALLED);
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Files.copy(
            file, INSTALLED.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    assertThat(run("npm", "ci", "--no-audit", "--no-fund")).contains("packages");
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(INSTALLED, "output", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(INSTALLED.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "polling", "polling,websocket"})
  void converseOverEachTransport(String transports, @TempDir Path folder)
      throws IOException, InterruptedException {
    try (TestNode node = TestNode.onH2(folder, Map.of())) {
      String address = "http://127.0.0.1:" + node.address().getPort();
      Caller admin = node.admin("demo");
      HttpResponse<String> made =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(address + "/api/channels"))
                      .header("Authorization", "Bearer " + admin.token())
                      .header("Content-Type", "application/json")
                      .POST(
                          HttpRequest.BodyPublishers.ofString(
                              "{\"channelId\":\"general\",\"kind\":\"CHAT\",\"visibility\":\"PUBLIC\"}"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
      assertThat(
              run(
                  "node",
                  "conversation.mjs",
                  address,
                  transports,
                  node.member("demo", "alice").token(),
                  node.member("demo", "bob").token()))
          .contains("done");
    }
  }
}
