package io.carillon.check.rest;

import io.carillon.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Requests of one caller. */
final class Api {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final int port;
  private final String credential; // empty for none

  Api(int port, String credential) {
    this.port = port;
    this.credential = credential;
  }

  /** A value as one segment of a path. */
  static String segment(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  Answer get(String path) {
    return send(request(path).GET());
  }

  Answer post(String path, JsonObject body) {
    return send("POST", path, body);
  }

  Answer patch(String path, JsonObject body) {
    return send("PATCH", path, body);
  }

  Answer delete(String path) {
    return send(request(path).DELETE());
  }

  Answer send(String method, String path, JsonObject body) {
    return send(method, path, body.toString());
  }

  /** A body that is whatever text it is, called JSON. */
  Answer send(String method, String path, String body) {
    return send(method, path, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  Answer send(String method, String path, String contentType, byte[] body) {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** Without saying how long the body is. */
  Answer sendChunked(String method, String path, byte[] body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(
                method,
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
  }

  /** No body, and no word about one. */
  Answer send(String method, String path) {
    return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(TIMEOUT);
    return credential.isEmpty() ? request : request.header("Authorization", "Bearer " + credential);
  }

  private static Answer send(HttpRequest.Builder builder) {
    HttpRequest request = builder.build();
    try {
      HttpResponse<String> response =
          CLIENT.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return new Answer(
          request.method(),
          request.uri().getRawPath(),
          response.statusCode(),
          response.headers(),
          response.body());
    } catch (IOException e) {
      throw new IllegalStateException(request.method() + ' ' + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
