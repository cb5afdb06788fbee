package io.carillon.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.carillon.node.ThreadWorkers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpKeySourceTest {
  private final ThreadWorkers workers = new ThreadWorkers();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final AtomicInteger strangers = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext(
        "/elsewhere",
        exchange -> {
          strangers.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    executor.shutdownNow();
    workers.close();
  }

  private String fetch(String path) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    return new HttpKeySource(address, workers).get().get(15, TimeUnit.SECONDS);
  }

  private void answer(String path, int status, byte[] body, String location) {
    server.createContext(
        path,
        exchange -> {
          if (!location.isEmpty()) {
            exchange.getResponseHeaders().add("Location", location);
          }
          exchange.getResponseHeaders().add("Connection", "close"); // as it was asked to
          exchange.sendResponseHeaders(status, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          } catch (IOException e) {
            exchange.close(); // the reader has had enough
          }
        });
  }

  @Test
  void readsTheBody() throws Exception {
    answer("/keys", 200, Tokens.bytes("{\"keys\":[]}"), "");
    assertThat(fetch("/keys")).isEqualTo("{\"keys\":[]}");
  }

  @Test
  void followsNoRedirect() {
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      answer("/moved" + status, status, Tokens.bytes("x"), "/elsewhere");
      assertThat(catchThrowable(() -> fetch("/moved" + status))).isNotNull();
    }
    assertThat(strangers).hasValue(0);
  }

  @Test
  void wantsAnOrdinaryAnswer() {
    answer("/broken", 500, Tokens.bytes("{\"keys\":[]}"), "");
    assertThat(catchThrowable(() -> fetch("/broken"))).isNotNull();
  }

  @Test
  void stopsReadingAtTheLimit() throws Exception {
    answer("/full", 200, new byte[HttpKeySource.MAX_BYTES], "");
    assertThat(fetch("/full")).hasSize(HttpKeySource.MAX_BYTES);
    answer("/huge", 200, new byte[HttpKeySource.MAX_BYTES + 1], "");
    assertThat(catchThrowable(() -> fetch("/huge"))).isNotNull();
  }

  @Test
  void failsWhereNobodyListens() {
    int port = server.getAddress().getPort();
    server.stop(0);
    URI address = URI.create("http://127.0.0.1:" + port + "/keys");
    assertThat(
            catchThrowable(
                () -> new HttpKeySource(address, workers).get().get(15, TimeUnit.SECONDS)))
        .isNotNull();
  }

  /** The limit holds for all of it, however often something comes; and no thread is left behind. */
  @Test
  void endsWhatComesInDrops() throws Exception {
    for (String drop : new String[] {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"}) {
      try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        executor.submit(() -> drip(slow, drop));
        URI address = URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/keys");
        CompletableFuture<String> text =
            new HttpKeySource(address, workers, Duration.ofMillis(300)).get();
        assertThat(catchThrowable(() -> text.get(15, TimeUnit.SECONDS)))
            .hasCauseInstanceOf(TimeoutException.class);
        await().until(() -> threads().noneMatch(name -> name.equals("carillon-keys")));
      }
    }
  }

  private static Void drip(ServerSocket server, String begin) throws IOException {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(Tokens.bytes(begin));
      while (true) {
        socket.getOutputStream().write('x');
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private static Stream<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
  }

  /** A Jakarta EE server has to know every thread of an application. */
  @Test
  void leavesNoThreadOfTheJvmsBehind() throws Exception {
    answer("/keys", 200, Tokens.bytes("{}"), "");
    List<String> before = threads().toList();
    assertThat(fetch("/keys")).isEqualTo("{}");
    assertThat(threads().filter(name -> !before.contains(name)))
        .noneMatch(name -> name.startsWith("HttpClient-") || name.startsWith("Keep-Alive"));
  }
}
