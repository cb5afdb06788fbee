package io.carillon.gateway.sse;

import io.carillon.application.Connections;
import io.carillon.application.Joining;
import io.carillon.application.Since;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelName;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.hub.Subscription;
import io.carillon.node.Workers;
import io.carillon.presence.PresenceService;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.IdentityPrincipal;
import io.carillon.transport.LongPollConnection;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers polls, at once or when something has happened. A waiting poll has no thread and no timer:
 * one task looks at the clock for all of them. Any thread.
 */
@ApplicationScoped
public class Polls {
  private static final Duration TICK = Duration.ofMillis(100);

  /** For the logs to be read, where the client does not want to wait. */
  private static final Duration READING = Duration.ofSeconds(10);

  private final SubscriptionService subscriptions;
  private final Connections connections;
  private final PresenceService presence;
  private final ConnectionLimits limits;
  private final Workers workers;
  private final Settings settings;
  private final Set<PollSession> waiting = ConcurrentHashMap.newKeySet();

  protected Polls() { // for the client proxy
    this.subscriptions = null;
    this.connections = null;
    this.presence = null;
    this.limits = null;
    this.workers = null;
    this.settings = null;
  }

  @Inject
  public Polls(
      SubscriptionService subscriptions,
      Connections connections,
      PresenceService presence,
      ConnectionLimits limits,
      Workers workers,
      Settings settings) {
    this.subscriptions = subscriptions;
    this.connections = connections;
    this.presence = presence;
    this.limits = limits;
    this.workers = workers;
    this.settings = settings;
  }

  @PostConstruct
  void start() {
    workers.every(
        TICK,
        () -> {
          long now = System.nanoTime();
          waiting.forEach(poll -> poll.tick(now));
        });
  }

  /**
   * What a client asks for, as it came.
   *
   * @param maxWait seconds, or null for as long as polls may wait; more is as much as that
   * @param limit of changes to catch up on, or null
   */
  record Request(
      HttpServletRequest http, AsyncResponse answer, Since since, String maxWait, String limit) {}

  /** Polls that wait. */
  public int size() {
    return waiting.size();
  }

  /**
   * Answers a poll: at once without a position, or where one is of no use; otherwise when something
   * is there, or empty after the wait.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED}, {@code FORBIDDEN}, {@code MALFORMED},
   *     {@code RATE_LIMITED}, {@code OVERLOADED} or {@code DRAINING}
   */
  void poll(Request request, Collection<ChannelName> channels) {
    IdentityPrincipal caller = Caller.of(request.http());
    Identity identity = caller.identity();
    Duration wait = wait(request);
    int resumeLimit =
        StreamParameters.number(request.limit(), settings.resume().defaultLimit(), "limit");
    try (Admission place = Admission.take(connections, limits, caller)) {
      Since since = channels.size() == 1 ? request.since() : Positions.vectorOnly(request.since());
      List<Joining> joinings = subscriptions.prepareAll(identity, channels, since, resumeLimit);
      if (StreamParameters.isHead(request.http()) || !isResumed(joinings)) {
        request.answer().resume(answer(PollAnswer.start(joinings)));
      } else {
        await(request, identity, place, joinings, wait);
      }
    }
  }

  private Duration wait(Request request) {
    Duration max = settings.connections().maxPollWait();
    Duration asked =
        Duration.ofSeconds(
            StreamParameters.number(request.maxWait(), (int) max.toSeconds(), "wait"));
    return asked.compareTo(max) < 0 ? asked : max;
  }

  /** Whether the client is somewhere in each channel that has a log. */
  private static boolean isResumed(List<Joining> joinings) {
    return joinings.stream().allMatch(joining -> joining.resumed() || joining.position().isEmpty());
  }

  private static Response answer(byte[] body) {
    return Response.ok(body, MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private void await(
      Request request, Identity identity, Admission place, List<Joining> joinings, Duration wait) {
    LongPollConnection connection =
        new LongPollConnection(
            StreamParameters.output(request.http()),
            identity,
            maxAnswerBytes(),
            settings.connections().writeDeadline(),
            workers);
    connection.whenEnded(place.keep()::close);
    boolean atOnce = wait.isZero();
    PollSession poll =
        new PollSession(
            connection, request.answer(), joinings, workers, atOnce, atOnce ? READING : wait);
    connection.whenClosing(poll::close);
    try {
      String presenceId = connections.opened(connection);
      connection.whenEnded(() -> connections.closed(connection));
      for (Joining joining : joinings) {
        presence.joined(presenceId, identity, joining.channel());
        Subscription subscription =
            subscriptions.start(joining, poll.part(joining.channelNumber()));
        connection.whenEnded(subscription::cancel);
        poll.watch(subscription);
      }
      waiting.add(poll);
      connection.whenEnded(() -> waiting.remove(poll));
    } catch (RuntimeException e) {
      if (connection.release()) {
        throw e; // JAX-RS answers
      }
      poll.close(ErrorCode.INTERNAL);
    }
  }

  /** The last event may be as large as any. */
  private int maxAnswerBytes() {
    return 4 * PollSession.MAX_BYTES + 2 * settings.limits().maxMessageBytes();
  }
}
