package io.carillon.rights;

import io.carillon.check.wire.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks the server, in whoever's name. Any thread; waits for the answer. */
final class Http {
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(MAX_WAIT).build();
  private final InetSocketAddress node;
  private final String contextPath;

  Http(int port) {
    this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "");
  }

  Http(InetSocketAddress node, String contextPath) {
    this.node = node;
    this.contextPath = contextPath;
  }

  private String authority() {
    return node.getAddress().getHostAddress() + ':' + node.getPort();
  }

  /**
   * @param token null for none
   * @param body null for none
   */
  Reply send(String method, String path, String token, Map<String, Object> body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + authority() + contextPath + path))
            .timeout(MAX_WAIT);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (body == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(method, BodyPublishers.ofString(JsonText.write(body)));
    }
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), BodyHandlers.ofInputStream());
      String type = response.headers().firstValue("content-type").orElse("");
      try (InputStream in = response.body()) {
        boolean endless = type.startsWith("text/event-stream");
        byte[] bytes = endless ? new byte[0] : in.readAllBytes();
        return new Reply(response.statusCode(), type, new String(bytes, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Asks for a socket; 101 when there would have been one, which is then left. */
  Reply upgrade(String path, String token) {
    StringBuilder head = new StringBuilder();
    head.append("GET ").append(contextPath).append(path);
    head.append(" HTTP/1.1\r\nHost: ").append(authority());
    head.append("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13");
    head.append("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    head.append("\r\nSec-WebSocket-Protocol: carillon.v1\r\n");
    if (token != null) {
      head.append("Authorization: Bearer ").append(token).append("\r\n");
    }
    try (Socket socket = new Socket(node.getAddress(), node.getPort())) {
      socket.setSoTimeout((int) MAX_WAIT.toMillis());
      socket
          .getOutputStream()
          .write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
      return read(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Reply read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0; // the last four bytes
    while (last != 0x0d0a0d0a) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no answer but: " + head.toString(StandardCharsets.UTF_8));
      }
      head.write(next);
      last = (last << 8) | next;
    }
    String text = head.toString(StandardCharsets.UTF_8);
    int status = Integer.parseInt(text.substring(9, 12));
    int length = status == 101 ? 0 : Integer.parseInt(header(text, "content-length"));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Reply(status, status == 101 ? "" : header(text, "content-type"), body);
  }

  private static String header(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  /** A text as a part of a path or query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
