package io.carillon.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.config.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TomcatServerIT {
  @TempDir static Path folder;
  private static TomcatServer server;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    server = TomcatServer.start(settings("shared"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void servesTheApplication() throws Exception {
    assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = get(server, "/health/ready");
    assertThat(ready.body()).contains("\"status\":\"UP\"");
    assertThat(ready.headers().firstValue("server")).isEmpty();
  }

  @Test
  void takesTheLoginThatItSuggests() throws Exception {
    HttpResponse<String> login = login(server);
    assertThat(login.statusCode()).as(login.body()).isEqualTo(200);
    assertThat(login.body()).contains("\"token\"");
  }

  @Test
  void answersWhatNothingServesWithAProblem() throws Exception {
    HttpResponse<String> nothing = get(server, "/no/such/page");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/problem+json");
    assertThat(nothing.body()).contains("\"status\":404");
  }

  @Test
  void answersAMalformedRequestWithAProblemAndNothingOfItself() throws Exception {
    for (String request :
        List.of(
            "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
            "GET /<script> HTTP/1.1\r\nHost: a\r\n\r\n",
            "NONSENSE\r\n\r\n")) {
      String answer = raw(request);
      assertThat(answer).as(request).startsWith("HTTP/1.1 400 ");
      assertThat(answer.toLowerCase(Locale.ROOT))
          .as(request)
          .contains("application/problem+json")
          .doesNotContain("tomcat", "exception", "java.", "<html");
    }
  }

  @Test
  void letsASlashInAChannelNameThrough() throws Exception {
    HttpResponse<String> channel = get(server, "/api/channels/a%2Fb");
    // The application asks who it is; the container would have answered 400.
    assertThat(channel.statusCode()).isEqualTo(401);
  }

  @Test
  void runsBesideAnotherAndOutlivesIt() throws Exception {
    try (TomcatServer other = TomcatServer.start(settings("other"))) {
      assertThat(other.port()).isNotEqualTo(server.port());
      assertThat(get(other, "/health/ready").statusCode()).isEqualTo(200);
      assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
    }
    assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void asksConnectionsBackBeforeItStops() throws Exception {
    TomcatServer draining = TomcatServer.start(settings("draining"));
    String token = login(draining).body().replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
    HttpResponse<InputStream> stream =
        client.send(
            request(draining, "/api/channels/general/events")
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(stream.statusCode()).isEqualTo(200);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(draining::close);
    String heard = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(heard).contains("retry:");
    closed.get(1, TimeUnit.MINUTES);
  }

  @Test
  void saysWhichSettingToChangeWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> values =
          Map.of(
              "CARILLON_HTTP_PORT", Integer.toString(taken.getLocalPort()),
              "CARILLON_DATA_FOLDER", folder.resolve("taken").toString());
      assertThatThrownBy(() -> TomcatServer.start(Settings.of(values)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("CARILLON_HTTP_PORT");
    }
    // Nothing holds its database any more.
    TomcatServer.start(settings("taken")).close();
  }

  @Test
  void saysThatTheDatabaseCannotBeReached() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    Map<String, String> values =
        Map.of(
            "CARILLON_HTTP_PORT",
            "0",
            "CARILLON_DATABASE_URL",
            "jdbc:postgresql://127.0.0.1:" + nobody + "/none");
    assertThatThrownBy(() -> TomcatServer.start(Settings.of(values)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("database");
  }

  private static Settings settings(String name) {
    return Settings.of(
        Map.of(
            "CARILLON_HTTP_PORT", "0",
            "CARILLON_DEMO", "true",
            "CARILLON_DATA_FOLDER", folder.resolve(name).toString()));
  }

  private HttpResponse<String> login(TomcatServer to) throws Exception {
    return client.send(
        request(to, "/api/login")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Console.LOGIN))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(TomcatServer from, String path) throws Exception {
    return client.send(request(from, path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(TomcatServer to, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path));
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      InputStream answer = socket.getInputStream();
      return new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
