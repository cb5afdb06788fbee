package io.carillon.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.check.TestNode;
import io.carillon.check.client.Caller;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official JavaScript client under Node, as anybody would install it. */
class OfficialClientsIT {
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
              NodePackages.run(
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
