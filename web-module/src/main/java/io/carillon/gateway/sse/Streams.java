package io.carillon.gateway.sse;

import io.carillon.application.Connections;
import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.application.Since;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.Subscription;
import io.carillon.json.JsonObject;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.IdentityPrincipal;
import io.carillon.transport.SseConnection;
import io.carillon.transport.SseText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Opens event streams: checks who asks and for what, says where the stream begins, then lets the
 * channels' events follow. What is refused is refused before the stream begins. Any thread.
 */
@ApplicationScoped
public class Streams {
  /** A channel without a log is listened to before the client sees its stream open. */
  private static final Duration MAX_LISTENING_WAIT = Duration.ofSeconds(1);

  private final SubscriptionService subscriptions;
  private final Broadcasters broadcasters;
  private final Connections connections;
  private final PresenceService presence;
  private final ConnectionLimits limits;
  private final Workers workers;
  private final int maxQueuedBytes;
  private final int defaultResumeLimit;

  protected Streams() { // for the client proxy
    this.subscriptions = null;
    this.broadcasters = null;
    this.connections = null;
    this.presence = null;
    this.limits = null;
    this.workers = null;
    this.maxQueuedBytes = 0;
    this.defaultResumeLimit = 0;
  }

  @Inject
  public Streams(
      SubscriptionService subscriptions,
      Broadcasters broadcasters,
      Connections connections,
      PresenceService presence,
      ConnectionLimits limits,
      Workers workers,
      Settings settings) {
    this.subscriptions = subscriptions;
    this.broadcasters = broadcasters;
    this.connections = connections;
    this.presence = presence;
    this.limits = limits;
    this.workers = workers;
    this.maxQueuedBytes = settings.connections().queueBytes();
    this.defaultResumeLimit = settings.resume().defaultLimit();
  }

  /** Whether a request's address, as it came, is one of an event stream. */
  public static boolean isStream(String requestUri) {
    return requestUri.endsWith("/events") || requestUri.endsWith("/notifications/stream");
  }

  /**
   * What a client asks for, as it came.
   *
   * @param answer suspended; a stream does not go through it
   * @param limit the query's, or null
   */
  record Request(HttpServletRequest http, AsyncResponse answer, Since since, String limit) {}

  /**
   * Opens a stream of one channel; its ids are the channel's own positions.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED}, {@code FORBIDDEN}, {@code NOT_FOUND}
   *     for a channel that is no list where a list is asked for, {@code MALFORMED}, {@code
   *     RATE_LIMITED}, {@code OVERLOADED} or {@code DRAINING}
   */
  void openChannel(Request request, ChannelName channel, SseEncoder encoder) {
    IdentityPrincipal caller = Caller.of(request.http());
    Identity identity = caller.identity();
    try (Admission place = Admission.take(connections, limits, caller)) {
      Joining joining =
          subscriptions.prepare(identity, channel, request.since(), resumeLimit(request));
      if (encoder == SseEncoder.LIST && joining.kind() != ChannelKind.LIST) {
        throw new RealtimeException(ErrorCode.NOT_FOUND, "no list");
      }
      open(
          request,
          identity,
          place,
          List.of(joining),
          connection -> {
            greet(connection, Positions.start(joining).map(Object::toString), List.of(joining));
            Subscription subscription = broadcasters.join(joining, connection, encoder);
            begin(connection, joining.position().isPresent() ? List.of() : List.of(subscription));
          });
    }
  }

  /**
   * Opens a stream of several channels; an id is the client's place in all of them.
   *
   * @throws RealtimeException as {@link #openChannel}
   */
  void openMixed(Request request, Collection<ChannelName> channels, SseEncoder encoder) {
    IdentityPrincipal caller = Caller.of(request.http());
    Identity identity = caller.identity();
    try (Admission place = Admission.take(connections, limits, caller)) {
      Since since = Positions.vectorOnly(request.since());
      int resumeLimit = resumeLimit(request);
      List<Joining> joinings = subscriptions.prepareAll(identity, channels, since, resumeLimit);
      Position start = Positions.start(joinings);
      open(
          request,
          identity,
          place,
          joinings,
          connection -> {
            greet(connection, Optional.of(start.toString()), joinings);
            begin(
                connection,
                listen(connection, new MixedStream(connection, encoder, start), joinings));
          });
    }
  }

  private int resumeLimit(Request request) {
    return StreamParameters.number(request.limit(), defaultResumeLimit, "limit");
  }

  private void open(
      Request request,
      Identity identity,
      Admission place,
      List<Joining> joinings,
      Consumer<SseConnection> setUp) {
    if (StreamParameters.isHead(request.http())) {
      request.answer().resume(SseConnection.headOnly());
      return;
    }
    SseConnection connection =
        new SseConnection(
            StreamParameters.output(request.http()), identity, maxQueuedBytes, workers);
    connection.whenEnded(place.keep()::close);
    try {
      String presenceId = connections.opened(connection);
      connection.whenEnded(() -> connections.closed(connection));
      for (Joining joining : joinings) {
        presence.joined(presenceId, identity, joining.channel());
      }
      setUp.accept(connection);
    } catch (RuntimeException e) {
      if (connection.release()) {
        throw e; // JAX-RS answers
      }
      connection.close(ErrorCode.INTERNAL);
    }
  }

  /**
   * Queues what comes first: a comment, when to come back, where the client is, and what it has
   * missed for good. The id goes out without an event, so that a client that hears nothing still
   * comes back to this place.
   */
  private static void greet(
      SseConnection connection, Optional<String> position, List<Joining> joinings) {
    SseText greeting =
        SseText.event().comment("").retry(ThreadLocalRandom.current().nextLong(1_500, 2_500));
    position.ifPresent(greeting::id);
    connection.queue().offer(EncodedFrame.data(greeting.end()));
    for (Joining joining : joinings) {
      if (joining.reason().isPresent()) {
        JsonObject data =
            new JsonObject()
                .put("channelId", joining.channel().name().value())
                .put("reason", joining.reason().get().wire());
        SseText reset = SseText.event().name("reset").data(data.toString());
        position.ifPresent(reset::id);
        connection.queue().offer(EncodedFrame.data(reset.end()));
      }
    }
  }

  /**
   * @return the subscriptions of channels without a log
   */
  private List<Subscription> listen(
      SseConnection connection, MixedStream stream, List<Joining> joinings) {
    List<Subscription> unlogged = new ArrayList<>();
    for (Joining joining : joinings) {
      Subscription subscription =
          subscriptions.start(joining, stream.part(joining.channelNumber()));
      connection.whenEnded(subscription::cancel);
      if (joining.position().isEmpty()) {
        unlogged.add(subscription);
      }
    }
    return unlogged;
  }

  /**
   * Sends the head of the stream. What happens in a channel without a log cannot be read later, so
   * the client must not see its stream open before those are listened to: that takes one turn of
   * the hub, which this thread waits for.
   */
  private static void begin(SseConnection connection, List<Subscription> unlogged) {
    for (Subscription subscription : unlogged) {
      try {
        subscription
            .live()
            .toCompletableFuture()
            .get(MAX_LISTENING_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        break; // late is better than not at all
      }
    }
    connection.begin();
  }
}
