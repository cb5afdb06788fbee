package io.carillon.security;

import io.carillon.node.Workers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Fetches an issuer's key set from the one configured address: no redirects, 256 KiB and five
 * seconds at most. It waits on a thread of the node's: {@code java.net.http} would make threads
 * that no server knows of. For any thread.
 */
final class HttpKeySource implements Supplier<CompletableFuture<String>> {
  static final int MAX_BYTES = 256 * 1024;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final URI address;
  private final Workers workers;
  private final Duration timeout;

  HttpKeySource(URI address, Workers workers) {
    this(address, workers, TIMEOUT);
  }

  HttpKeySource(URI address, Workers workers, Duration timeout) {
    this.address = address;
    this.workers = workers;
    this.timeout = timeout;
  }

  @Override
  public CompletableFuture<String> get() {
    Exchange exchange = new Exchange();
    try {
      // No task for the others: those who wait for keys may hold all threads that run tasks.
      workers.start("carillon-keys", exchange::run);
    } catch (RuntimeException e) {
      exchange.text.completeExceptionally(e);
    }
    // Not by orTimeout: the JVM's one thread for that would keep the application's class loader.
    workers.after(timeout, exchange::giveUp);
    return exchange.text;
  }

  /** One request and its answer. A thread of its own runs it, and the timer ends it. */
  private final class Exchange {
    private final CompletableFuture<String> text = new CompletableFuture<>();
    private HttpURLConnection silent; // guarded by this; null unless its answer has not begun

    void run() {
      try {
        text.complete(fetch());
      } catch (IOException | RuntimeException e) {
        text.completeExceptionally(e);
      }
    }

    private String fetch() throws IOException {
      HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setConnectTimeout((int) timeout.toMillis());
      connection.setReadTimeout((int) timeout.toMillis());
      connection.setRequestProperty("Accept", "application/jwk-set+json, application/json");
      // A connection that is kept has a thread of the JVM's look after it; servers end it if asked.
      connection.setRequestProperty("Connection", "close");
      setSilent(connection);
      try {
        int status = connection.getResponseCode();
        setSilent(null);
        if (status != 200) {
          throw new IOException("status " + status);
        }
        return read(connection.getInputStream());
      } finally {
        setSilent(null);
        connection.disconnect();
      }
    }

    private String read(InputStream body) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] part = new byte[8 * 1024];
      int length;
      while ((length = body.read(part)) >= 0) {
        if (bytes.size() + length > MAX_BYTES) {
          throw new IOException("more than " + MAX_BYTES + " bytes");
        }
        if (text.isDone()) {
          throw new IOException("too slow");
        }
        bytes.write(part, 0, length);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }

    private synchronized void setSilent(HttpURLConnection connection) {
      silent = connection;
    }

    private synchronized HttpURLConnection silent() {
      return silent;
    }

    /** Frees the thread as well: the limit of a read does not end a head that comes in drops. */
    void giveUp() {
      HttpURLConnection connection = silent();
      text.completeExceptionally(new TimeoutException("no key set in time"));
      if (connection != null) {
        connection.disconnect(); // it does not block before there is a body
      }
    }
  }
}
