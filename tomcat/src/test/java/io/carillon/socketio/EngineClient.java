package io.carillon.socketio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Engine.IO by hand: each request and each frame as a test wants it. */
final class EngineClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final HttpClient http = HttpClient.newHttpClient();
  private final String path;

  /**
   * @param port of a server on this machine
   * @param path with a slash at its end
   */
  EngineClient(int port, String path) {
    this.path = "127.0.0.1:" + port + path;
  }

  HttpResponse<String> request(String method, String query, String body, String... headers) {
    return begin(method, query, body, headers).join();
  }

  CompletableFuture<HttpResponse<String>> begin(
      String method, String query, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + path + "?" + query)).timeout(PATIENCE);
    if (headers.length > 0) {
      request.headers(headers);
    }
    request.method(method, HttpRequest.BodyPublishers.ofString(body));
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> handshake() {
    return request("GET", "EIO=4&transport=polling", "");
  }

  /** A polling session's id. */
  String open() {
    String body = handshake().body();
    int from = body.indexOf("\"sid\":\"") + 7;
    return body.substring(from, body.indexOf('"', from));
  }

  static String of(String sid) {
    return "EIO=4&transport=polling&sid=" + sid;
  }

  CompletableFuture<HttpResponse<String>> poll(String sid) {
    return begin("GET", of(sid), "");
  }

  HttpResponse<String> post(String sid, String packets) {
    return request("POST", of(sid), packets);
  }

  Socket socket(String query) {
    Socket socket = new Socket();
    socket.open =
        http.newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .buildAsync(URI.create("ws://" + path + "?" + query), socket)
            .join();
    return socket;
  }

  /**
   * A WebSocket with what has arrived: texts, {@code <n bytes>}, and {@code <closed>} at its end.
   */
  static final class Socket implements WebSocket.Listener {
    private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private WebSocket open;

    Socket send(String packet) {
      open.sendText(packet, true).join();
      return this;
    }

    Socket send(byte[] bytes) {
      open.sendBinary(ByteBuffer.wrap(bytes), true).join();
      return this;
    }

    void cut() {
      open.abort();
    }

    /** The next thing that arrives. */
    String next() {
      try {
        String next = arrived.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("nothing arrived");
        }
        return next;
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new IOException(e));
      }
    }

    /** The next text that begins so; others are passed over. */
    String next(String beginning) {
      String next = next();
      while (!next.startsWith(beginning)) {
        if (next.equals("<closed>")) {
          throw new AssertionError("closed before " + beginning);
        }
        next = next();
      }
      return next;
    }

    void awaitClose() {
      String next = next();
      while (!next.equals("<closed>")) {
        next = next();
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        arrived.add(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      arrived.add("<" + data.remaining() + " bytes>");
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      arrived.add("<closed>");
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      arrived.add("<closed>");
    }
  }
}
