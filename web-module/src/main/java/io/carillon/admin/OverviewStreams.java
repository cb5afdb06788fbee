package io.carillon.admin;

import io.carillon.application.AdminRights;
import io.carillon.application.Failures;
import io.carillon.application.NodePulse;
import io.carillon.application.Overview;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.sse.PlainStreams;
import io.carillon.hub.EncodedFrame;
import io.carillon.node.Workers;
import io.carillon.security.Authenticator;
import io.carillon.transport.SseConnection;
import io.carillon.transport.SseText;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The streams of the overview. Once a second the numbers are taken and encoded once for each
 * organization that somebody of looks at, however many do; without viewers nothing is done. Any
 * thread.
 */
@ApplicationScoped
public class OverviewStreams {
  private static final Logger LOG = System.getLogger(OverviewStreams.class.getName());

  private final Overview overview;
  private final AdminRights rights;
  private final Authenticator authenticator;
  private final PlainStreams streams;
  private final NodePulse pulse;
  private final Workers workers;
  private final Set<SseConnection> viewers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean sending = new AtomicBoolean();

  protected OverviewStreams() { // for the client proxy
    this(null, null, null, null, null, null);
  }

  @Inject
  public OverviewStreams(
      Overview overview,
      AdminRights rights,
      Authenticator authenticator,
      PlainStreams streams,
      NodePulse pulse,
      Workers workers) {
    this.overview = overview;
    this.rights = rights;
    this.authenticator = authenticator;
    this.streams = streams;
    this.pulse = pulse;
    this.workers = workers;
  }

  @PostConstruct
  void listen() {
    pulse.afterEach(this::beat);
  }

  /**
   * Opens a stream; the first numbers are in it at once.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, {@code RATE_LIMITED}, {@code OVERLOADED} or
   *     {@code DRAINING}
   */
  void open(HttpServletRequest request, AsyncResponse answer) {
    streams.open(
        request,
        answer,
        identity -> encoded(overview.snapshot(identity)),
        connection -> {
          viewers.add(connection);
          connection.whenEnded(() -> viewers.remove(connection));
        });
  }

  private static EncodedFrame encoded(Overview.Snapshot snapshot) {
    return EncodedFrame.data(
        SseText.event().name("overview").data(OverviewJson.write(snapshot).toString()).end());
  }

  private void beat() {
    if (viewers.isEmpty() || !sending.compareAndSet(false, true)) {
      return; // nobody looks, or the last numbers are still being gathered
    }
    try {
      workers.io().execute(this::send);
    } catch (RejectedExecutionException e) {
      sending.set(false); // this second is left out
    }
  }

  private void send() {
    try {
      Map<String, EncodedFrame> frames = new HashMap<>();
      for (SseConnection viewer : viewers) {
        permitted(viewer)
            .ifPresent(
                identity ->
                    viewer
                        .queue()
                        .send(
                            frames.computeIfAbsent(
                                identity.organization(),
                                organization -> encoded(overview.snapshot(identity)))));
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The overview has no numbers for this second: " + e);
    } finally {
      sending.set(false);
    }
  }

  /** The viewer as the record has it now; whoever may look no more is sent away. */
  private Optional<Identity> permitted(SseConnection viewer) {
    try {
      Identity now = authenticator.refresh(viewer.identity());
      rights.require(now, AdminRight.OVERVIEW_VIEW);
      return Optional.of(now);
    } catch (RealtimeException e) {
      viewer.close(Failures.of(e).code());
      return Optional.empty();
    }
  }
}
