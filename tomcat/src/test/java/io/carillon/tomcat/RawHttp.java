package io.carillon.tomcat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** HTTP by hand: Java's client forbids just those headers that an attacker would forge. */
final class RawHttp {
  private static final Duration MAX_WAIT = Duration.ofSeconds(20);
  private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;

  private final int port;

  RawHttp(int port) {
    this.port = port;
  }

  /** An answer; names of headers are in lower case. */
  record Answer(int status, List<String> headers, String body) {

    /** The header's values, joined by a comma; empty where it is missing. */
    String header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ": ";
      return String.join(
          ", ",
          headers.stream()
              .filter(line -> line.startsWith(start))
              .map(line -> line.substring(start.length()))
              .toList());
    }

    /** The text of a member of the JSON body that has this name first. */
    String text(String member) {
      String start = '"' + member + "\":\"";
      int at = body.indexOf(start);
      if (at < 0) {
        throw new AssertionError("no " + member + " in " + body);
      }
      return body.substring(at + start.length(), body.indexOf('"', at + start.length()));
    }
  }

  String origin() {
    return "http://127.0.0.1:" + port;
  }

  /**
   * Sends a request and reads the whole answer, or, of a stream or an upgrade, the head.
   *
   * @param headers {@code Host} is added unless given
   */
  Answer send(String method, String path, String body, String... headers) throws IOException {
    StringBuilder head = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\n");
    boolean upgrade = false;
    boolean host = false;
    for (String header : headers) {
      head.append(header).append("\r\n");
      upgrade |= header.startsWith("Upgrade:");
      host |= header.startsWith("Host:");
    }
    if (!host) {
      head.append("Host: 127.0.0.1:").append(port).append("\r\n");
    }
    if (!upgrade) {
      head.append("Connection: close\r\n");
    }
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    if (content.length > 0 || !method.equals("GET")) {
      head.append("Content-Length: ").append(content.length).append("\r\n");
    }
    head.append("\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) MAX_WAIT.toMillis());
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(content);
      socket.getOutputStream().flush();
      return read(socket.getInputStream());
    }
  }

  Answer get(String path, String... headers) throws IOException {
    return send("GET", path, "", headers);
  }

  Answer post(String path, String json, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    if (!json.isEmpty()) {
      all.add("Content-Type: application/json");
    }
    return send("POST", path, json, all.toArray(new String[0]));
  }

  /** Asks for a WebSocket; 101 when it would have been one. */
  Answer upgrade(String path, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Connection: Upgrade");
    all.add("Upgrade: websocket");
    all.add("Sec-WebSocket-Version: 13");
    all.add("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    all.add("Sec-WebSocket-Protocol: carillon.v1");
    return send("GET", path, "", all.toArray(new String[0]));
  }

  private static Answer read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0; // the last four bytes
    while (last != 0x0d0a0d0a) {
      int next = in.read();
      if (next < 0 || head.size() > MAX_ANSWER_BYTES) {
        throw new IOException("no answer but: " + head.toString(StandardCharsets.UTF_8));
      }
      head.write(next);
      last = (last << 8) | next;
    }
    List<String> lines = new ArrayList<>();
    for (String line : head.toString(StandardCharsets.UTF_8).split("\r\n")) {
      int colon = line.indexOf(':');
      lines.add(
          colon < 0
              ? line
              : line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon));
    }
    int status = Integer.parseInt(lines.get(0).substring(9, 12));
    String length =
        lines.stream()
            .filter(line -> line.startsWith("content-length: "))
            .findFirst()
            .orElse("content-length: " + MAX_ANSWER_BYTES);
    boolean endless =
        status == 101
            || lines.stream().anyMatch(line -> line.startsWith("content-type: text/event-stream"));
    int bytes = endless ? 0 : Integer.parseInt(length.substring("content-length: ".length()));
    byte[] body = in.readNBytes(bytes);
    return new Answer(status, lines, new String(body, StandardCharsets.UTF_8));
  }
}
