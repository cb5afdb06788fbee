package io.carillon.gateway.sse;

import io.carillon.application.Connections;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.IdentityPrincipal;
import io.carillon.transport.SseConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens event streams of anything but channels. Any thread. */
@ApplicationScoped
public class PlainStreams {
  private final Connections connections;
  private final ConnectionLimits limits;
  private final Workers workers;
  private final int maxQueuedBytes;

  protected PlainStreams() { // for the client proxy
    this.connections = null;
    this.limits = null;
    this.workers = null;
    this.maxQueuedBytes = 0;
  }

  @Inject
  public PlainStreams(
      Connections connections, ConnectionLimits limits, Workers workers, Settings settings) {
    this.connections = connections;
    this.limits = limits;
    this.workers = workers;
    this.maxQueuedBytes = settings.connections().queueBytes();
  }

  /**
   * Opens a stream that counts as a connection of its user.
   *
   * @param answer suspended; a stream does not go through it
   * @param first what comes first; it refuses whoever may not have the stream
   * @param opened keeps the connection, and lets the rest follow
   * @throws RealtimeException of {@code first}, or with {@code UNAUTHENTICATED}, {@code
   *     RATE_LIMITED}, {@code OVERLOADED} or {@code DRAINING}
   */
  public void open(
      HttpServletRequest request,
      AsyncResponse answer,
      Function<Identity, EncodedFrame> first,
      Consumer<SseConnection> opened) {
    IdentityPrincipal caller = Caller.of(request);
    Identity identity = caller.identity();
    EncodedFrame beginning = first.apply(identity);
    if (StreamParameters.isHead(request)) {
      answer.resume(SseConnection.headOnly());
      return;
    }
    try (Admission place = Admission.take(connections, limits, caller)) {
      SseConnection connection =
          new SseConnection(StreamParameters.output(request), identity, maxQueuedBytes, workers);
      connection.whenEnded(place.keep()::close);
      try {
        connections.opened(connection);
        connection.whenEnded(() -> connections.closed(connection));
        connection.queue().offer(beginning);
        opened.accept(connection);
        connection.begin();
      } catch (RuntimeException e) {
        if (connection.release()) {
          throw e; // JAX-RS answers
        }
        connection.close(ErrorCode.INTERNAL);
      }
    }
  }
}
