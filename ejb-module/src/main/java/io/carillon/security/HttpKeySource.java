package io.carillon.security;

import io.carillon.node.Workers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Fetches an issuer's key set from the one configured address: no redirects, 256 KiB and five
 * seconds at most. For any thread.
 */
final class HttpKeySource implements Supplier<CompletableFuture<String>> {
  static final int MAX_BYTES = 256 * 1024;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Workers workers;
  private final HttpClient client;
  private final HttpRequest request;

  HttpKeySource(URI address, Workers workers) {
    this.workers = workers;
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(TIMEOUT)
            .build();
    this.request =
        HttpRequest.newBuilder(address)
            .timeout(TIMEOUT)
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
  }

  @Override
  public CompletableFuture<String> get() {
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request, answer -> new BoundedBody(answer.statusCode()));
    // The request's own time limit ends with the headers; this one holds for the body as well.
    CompletableFuture<String> text =
        exchange.thenApply(answer -> new String(answer.body(), StandardCharsets.UTF_8));
    // Not by orTimeout: the JVM's one thread for that would keep the application's class loader.
    workers.after(
        TIMEOUT, () -> text.completeExceptionally(new TimeoutException("no key set in time")));
    text.whenComplete(
        (ignored, failure) -> {
          if (failure != null) {
            exchange.cancel(true);
          }
        });
    return text;
  }

  /** Reads the body of an answer 200, up to the limit; anything else fails at once. */
  private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final int status;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.Subscription subscription;

    BoundedBody(int status) {
      this.status = status;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      if (status == 200) {
        subscription.request(Long.MAX_VALUE);
      } else {
        fail("status " + status);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        if (body.isDone()) {
          return;
        }
        if (bytes.size() + buffer.remaining() > MAX_BYTES) {
          fail("more than " + MAX_BYTES + " bytes");
          return;
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(bytes.toByteArray());
    }

    private void fail(String reason) {
      body.completeExceptionally(new IOException(reason));
      subscription.cancel();
    }
  }
}
