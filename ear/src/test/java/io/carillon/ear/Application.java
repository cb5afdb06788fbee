package io.carillon.ear;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.carillon.check.client.RestClient;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;

/** An application of the same server, as seen by a browser that keeps cookies. Any thread. */
final class Application {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration MAX_DEPLOYMENT = Duration.ofMinutes(1);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();
  private final String origin;
  private final String base;

  /** What came of a request. */
  record Outcome(int status, String text) {
    boolean isDone() {
      return status == 200;
    }
  }

  /**
   * It need not be there yet.
   *
   * @param contextPath empty for the root
   */
  Application(InetSocketAddress server, String contextPath) {
    origin = "http://" + server.getHostString() + ':' + server.getPort();
    base = origin + contextPath;
  }

  /**
   * One that is being deployed, waited for.
   *
   * @param path of it that answers when it is there
   */
  static Application await(InetSocketAddress server, String contextPath, String path) {
    Application application = new Application(server, contextPath);
    Awaitility.await().atMost(MAX_DEPLOYMENT).until(() -> application.get(path).isDone());
    return application;
  }

  HttpClient client() {
    return client;
  }

  String origin() {
    return origin;
  }

  Outcome get(String path) {
    return send(request(path));
  }

  /** Asks for something with parameters: names and values in turn. */
  Outcome post(String path, String... parameters) {
    return send(
        request(path + query(parameters))
            .header("Origin", origin)
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** Sends a form. */
  Outcome submit(String path, String form) {
    return send(
        request(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form, UTF_8)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
  }

  private Outcome send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString(UTF_8));
      return new Outcome(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Outcome(0, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static String query(String... parameters) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < parameters.length; i += 2) {
      query.append(i == 0 ? '?' : '&').append(parameters[i]).append('=');
      query.append(RestClient.encode(parameters[i + 1]));
    }
    return query.toString();
  }
}
