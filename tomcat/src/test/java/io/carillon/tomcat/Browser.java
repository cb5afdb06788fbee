package io.carillon.tomcat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Keeps cookies and logs in by a form, as somebody's browser does. One thread. */
final class Browser {
  private static final String SESSION = "JSESSIONID";

  private final HttpClient client;
  private final int port;
  private final RawHttp http;
  private final Map<String, String> cookies = new LinkedHashMap<>();

  Browser(HttpClient client, int port) {
    this.client = client;
    this.port = port;
    this.http = new RawHttp(port);
  }

  /** Somebody who has logged in at the server by its form. */
  static Browser loggedIn(HttpClient client, int port, String user) throws IOException {
    Browser browser = new Browser(client, port);
    browser.get(ServerLogin.PAGE);
    RawHttp.Answer answer =
        browser.send(
            "POST",
            "/inside/j_security_check",
            "j_username=" + user + "&j_password=" + user,
            "Content-Type: application/x-www-form-urlencoded");
    assertThat(answer.status()).isIn(302, 303);
    assertThat(browser.get(ServerLogin.PAGE).body()).isEqualTo("page of " + user);
    return browser;
  }

  String origin() {
    return http.origin();
  }

  String cookie() {
    List<String> all = new ArrayList<>();
    cookies.forEach((name, value) -> all.add(name + '=' + value));
    return String.join("; ", all);
  }

  String sessionId() {
    return cookies.get(SESSION);
  }

  RawHttp.Answer get(String path, String... headers) throws IOException {
    return send("GET", path, "", headers);
  }

  /** As a page of the site itself does. */
  RawHttp.Answer post(String path, String json) throws IOException {
    return send("POST", path, json, "Origin: " + origin(), "Content-Type: application/json");
  }

  RawHttp.Answer send(String method, String path, String body, String... headers)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    if (!cookies.isEmpty()) {
      all.add("Cookie: " + cookie());
    }
    RawHttp.Answer answer = http.send(method, path, body, all.toArray(new String[0]));
    for (String line : answer.headers()) {
      if (line.startsWith("set-cookie: ")) {
        String pair = line.substring("set-cookie: ".length()).split(";", 2)[0];
        cookies.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
      }
    }
    return answer;
  }

  int upgrade(String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Cookie: " + cookie());
    return http.upgrade("/ws", all.toArray(new String[0])).status();
  }

  ChatClient socket() {
    return ChatClient.open(client, port, "/ws", Map.of("Cookie", cookie(), "Origin", origin()));
  }

  /** Completes with everything that a stream brought when it has ended; opens it. */
  CompletableFuture<String> stream(String path) throws Exception {
    return stream(client, port, path, Map.of("Cookie", cookie()));
  }

  static CompletableFuture<String> stream(
      HttpClient client, int port, String path, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .version(HttpClient.Version.HTTP_1_1); // else it comes as an upgrade
    headers.forEach(request::header);
    HttpResponse<InputStream> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    return CompletableFuture.supplyAsync(
        () -> {
          try (InputStream body = answer.body()) {
            return new String(body.readAllBytes(), UTF_8);
          } catch (IOException e) {
            return "cut: " + e;
          }
        },
        task -> {
          Thread thread = new Thread(task, "stream of a test");
          thread.setDaemon(true);
          thread.start();
        });
  }
}
