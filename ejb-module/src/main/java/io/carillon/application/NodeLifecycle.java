package io.carillon.application;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.config.Settings;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Signal;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.TicketRepository;
import io.carillon.hub.Hub;
import io.carillon.log.MessageLog;
import io.carillon.node.Database;
import io.carillon.node.Workers;
import io.carillon.persistence.PatientStart;
import io.carillon.presence.PresenceService;
import io.carillon.security.Authenticator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts what works in the background, in the order in which the parts need each other, and drains
 * it.
 */
@ApplicationScoped
public class NodeLifecycle implements BusListener {
  private static final Logger LOG = System.getLogger(NodeLifecycle.class.getName());

  /** For those asked last to get what is on its way to them. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** For the requests that came last. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private static final Duration PRUNE_EVERY = Duration.ofSeconds(30);
  private static final int PRUNE_ROWS = 5_000;

  private final AtomicBoolean running = new AtomicBoolean();
  private final Database database;
  private final Bus bus;
  private final Hub hub;
  private final MessageLog log;
  private final MessageRepository messages;
  private final ChannelDirectory directory;
  private final Connections connections;
  private final OpenRequests requests;
  private final NodeRegistry registry;
  private final NodePulse pulse;
  private final PresenceService presence;
  private final RightsWatch rightsWatch;
  private final RightsChangeRepository rightsChanges;
  private final Authenticator authenticator;
  private final RevokedTokenRepository revokedTokens;
  private final TicketRepository tickets;
  private final DemoData demoData;
  private final Workers workers;
  private final Settings settings;
  private final Clock clock;

  protected NodeLifecycle() { // for the client proxy
    this.database = null;
    this.bus = null;
    this.hub = null;
    this.log = null;
    this.messages = null;
    this.directory = null;
    this.connections = null;
    this.requests = null;
    this.registry = null;
    this.pulse = null;
    this.presence = null;
    this.rightsWatch = null;
    this.rightsChanges = null;
    this.authenticator = null;
    this.revokedTokens = null;
    this.tickets = null;
    this.demoData = null;
    this.workers = null;
    this.settings = null;
    this.clock = null;
  }

  @Inject
  public NodeLifecycle(
      Database database,
      Bus bus,
      Hub hub,
      MessageLog log,
      MessageRepository messages,
      ChannelDirectory directory,
      Connections connections,
      OpenRequests requests,
      NodeRegistry registry,
      NodePulse pulse,
      PresenceService presence,
      RightsWatch rightsWatch,
      RightsChangeRepository rightsChanges,
      Authenticator authenticator,
      RevokedTokenRepository revokedTokens,
      TicketRepository tickets,
      DemoData demoData,
      Workers workers,
      Settings settings,
      Clock clock) {
    this.database = database;
    this.bus = bus;
    this.hub = hub;
    this.log = log;
    this.messages = messages;
    this.directory = directory;
    this.connections = connections;
    this.requests = requests;
    this.registry = registry;
    this.pulse = pulse;
    this.presence = presence;
    this.rightsWatch = rightsWatch;
    this.rightsChanges = rightsChanges;
    this.authenticator = authenticator;
    this.revokedTokens = revokedTokens;
    this.tickets = tickets;
    this.demoData = demoData;
    this.workers = workers;
    this.settings = settings;
    this.clock = clock;
  }

  /** Once, before the first request is taken. */
  public void start() {
    database.prepare();
    PatientStart.run(demoData::ensure);
    hub.start();
    rightsWatch.start(this::onRightsChange);
    bus.listen(this);
    log.start();
    presence.start();
    connections.start();
    registry.start();
    pulse.start();
    workers.every(PRUNE_EVERY, () -> workers.io().execute(this::prune));
    running.set(true);
  }

  private void prune() {
    try {
      while (messages.prune(clock.millis(), PRUNE_ROWS) >= PRUNE_ROWS) {
        // more is waiting
      }
      revokedTokens.purge(clock.millis());
      registry.purge();
      rightsChanges.purge(clock.millis());
      tickets.purge(clock.millis());
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "What is no longer kept could not be removed; the next round tries again",
          e);
    }
  }

  /**
   * Asks all connections to leave within the drain time, and waits for them as long; requests are
   * still answered. The thread's interruption ends the wait.
   */
  public void drain() {
    if (!running.get()) {
      return;
    }
    Duration time = settings.node().drainTime();
    connections.drain(time);
    registry.beat(); // so that the list says so
    try {
      if (!connections.awaitDrained(time.plus(LAST_WORDS))) {
        LOG.log(Level.WARNING, "{0} connections did not leave in time", connections.count());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Answers the requests that have come, refuses those that come now, and takes this node off the
   * list. After {@link #drain}, and before the threads end that do the work; waits four seconds at
   * most. A node that does not run, or not any more, is left alone.
   */
  public void stop() {
    if (!running.getAndSet(false)) {
      return;
    }
    try {
      int unanswered = requests.finish(LAST_ANSWERS);
      if (unanswered > 0) {
        LOG.log(Level.WARNING, "{0} requests were not answered in time", unanswered);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    registry.leave();
  }

  /**
   * While it is not known who may still read, messages are held back: the hub finds them in the log
   * when the database answers again. Signals, which have no content, go on.
   */
  @Override
  public void onEvent(ChannelEvent event) {
    if (event instanceof Signal || rightsWatch.isCurrent()) {
      hub.onEvent(event);
    }
  }

  @Override
  public void onRightsChange(RightsChange change) {
    authenticator.onRightsChange(change);
    directory.onRightsChange(change);
    hub.onRightsChange(change);
    connections.onRightsChange(change);
  }

  @Override
  public void onReconnected() {
    hub.onReconnected();
  }
}
