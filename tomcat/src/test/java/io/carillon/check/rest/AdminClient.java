package io.carillon.admin;

import io.carillon.check.wire.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Somebody who uses the administration's routes. */
final class AdminClient {
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(MAX_WAIT).build();

  private final InetSocketAddress node;
  private final String token;

  AdminClient(InetSocketAddress node, String token) {
    this.node = node;
    this.token = token;
  }

  /** An answer. */
  record Reply(int status, String body, HttpResponse<String> response) {
    Map<String, Object> json() {
      return JsonText.object(body);
    }

    Object get(String member) {
      return json().get(member);
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> items() {
      return (List<Map<String, Object>>) get("items");
    }

    String code() {
      return status < 300 ? Integer.toString(status) : status + " " + get("code");
    }

    Reply ok() {
      if (status >= 300) {
        throw new AssertionError(status + " " + body);
      }
      return this;
    }
  }

  Reply get(String path) {
    return send("GET", path, null);
  }

  Reply send(String method, String path, Map<String, Object> body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(MAX_WAIT)
            .header("Authorization", "Bearer " + token);
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(method, BodyPublishers.ofString(JsonText.write(body)));
    }
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private URI uri(String path) {
    return URI.create("http://" + node.getAddress().getHostAddress() + ':' + node.getPort() + path);
  }

  /** The data of the first events of a stream. */
  List<Map<String, Object>> stream(String path, String event, int count) {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token).build();
    try {
      var response = CLIENT.send(request, BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw new AssertionError("status " + response.statusCode());
      }
      List<Map<String, Object>> found = new java.util.ArrayList<>();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        boolean wanted = false;
        while (found.size() < count) {
          String line = lines.readLine();
          if (line == null) {
            throw new AssertionError("the stream has ended");
          }
          if (line.equals("event: " + event)) {
            wanted = true;
          } else if (wanted && line.startsWith("data: ")) {
            found.add(JsonText.object(line.substring(6)));
            wanted = false;
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
