package io.carillon.hub;

import io.carillon.bus.Bus;
import io.carillon.config.Settings;
import io.carillon.domain.channel.Asker;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.node.Metrics;
import io.carillon.node.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A part of the node's channels and the one thread that fans out to their subscriptions. Whatever
 * concerns a channel's subscriptions happens on that thread, so nothing here is locked, and events
 * that came in together are written together.
 */
final class Shard {
  private static final Logger LOG = System.getLogger(Shard.class.getName());
  private static final int BATCH_TASKS = 512;
  private static final int MAX_ASKED = 500; // channels in one question
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Bus bus;
  private final MessageRepository log;
  private final Workers workers;
  private final Metrics metrics;
  private final Settings.Hub limits;
  private final int pageSize;
  private final AccessCheck access;
  private final BlockingQueue<Object> tasks =
      new LinkedBlockingQueue<>(); // ChannelEvent or Runnable
  private final AtomicInteger waitingEvents = new AtomicInteger();

  // Confined to the shard's thread.
  private final Map<ChannelKey, Feed> feeds = new HashMap<>();
  private final Map<PublicationEncoder, Optional<EncodedFrame>> encoded = new HashMap<>();
  private final List<OutboundQueue> touched = new ArrayList<>();
  private final List<Subscription> gone = new ArrayList<>();
  private final Queue<Newcomer> newcomers = new ArrayDeque<>();
  private boolean askingForEnds;
  private boolean joinWrites;

  /** A subscription to a channel of which this node does not know yet where its log ends. */
  private record Newcomer(Feed feed, Subscription subscription) {}

  Shard(
      Bus bus,
      MessageRepository log,
      Workers workers,
      Metrics metrics,
      Settings.Hub limits,
      int pageSize,
      AccessCheck access) {
    this.bus = bus;
    this.log = log;
    this.workers = workers;
    this.metrics = metrics;
    this.limits = limits;
    this.pageSize = pageSize;
    this.access = access;
  }

  /**
   * Takes an event; too many waiting ones, and it is left to the tail sweep or, unlogged, dropped.
   */
  void onEvent(ChannelEvent event) {
    if (waitingEvents.incrementAndGet() > limits.maxQueuedEntries()) {
      waitingEvents.decrementAndGet();
      metrics.hubOverflow();
      return;
    }
    tasks.add(event);
  }

  void execute(Runnable task) {
    tasks.add(task);
  }

  /** The thread's loop; ends when it is interrupted. */
  void run() {
    List<Object> batch = new ArrayList<>(BATCH_TASKS);
    while (!Thread.currentThread().isInterrupted()) {
      try {
        batch.add(tasks.take());
        tasks.drainTo(batch, BATCH_TASKS - 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      // With one event waiting there is nothing to join, and a second pass over the members costs
      // more than it saves.
      joinWrites = batch.size() > 1;
      for (Object task : batch) {
        try {
          perform(task);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "A task of the hub failed; the others go on", e);
        }
      }
      batch.clear();
      for (OutboundQueue queue : touched) {
        queue.flush();
      }
      touched.clear();
    }
  }

  private void perform(Object task) {
    if (task instanceof ChannelEvent event) {
      waitingEvents.decrementAndGet();
      receive(event);
    } else {
      ((Runnable) task).run();
    }
  }

  // ---- subscriptions

  void subscribe(Subscription subscription) {
    execute(
        () -> {
          if (subscription.isCancelled()) {
            return;
          }
          Feed feed = feeds.get(subscription.channel());
          if (feed == null) {
            feed = new Feed(subscription.channel());
            feeds.put(feed.channel, feed);
            metrics.activeChannels(1);
          }
          feed.add(subscription);
          metrics.subscriptions(1);
          Feed joined = feed;
          // The bus first, then the log: the other order leaves a gap between the two.
          bus.subscribe(feed.channel)
              .whenComplete((done, failure) -> execute(() -> attach(joined, subscription)));
        });
  }

  private void attach(Feed feed, Subscription subscription) {
    if (subscription.index < 0) {
      return; // cancelled meanwhile
    }
    if (subscription.position() == Subscription.NOW) {
      goLive(feed, subscription, Math.max(feed.delivered(), 0));
    } else if (!feed.isPlaced()) {
      askForEnd(new Newcomer(feed, subscription));
    } else if (subscription.position() >= feed.delivered()) {
      goLive(feed, subscription, subscription.position());
    } else {
      readLog(feed, subscription, subscription.position());
    }
  }

  /**
   * Asks where the log ends that a first subscriber listens to, together with all others that wait
   * for that: when thousands come at once, a question for each would take all of the database.
   */
  private void askForEnd(Newcomer newcomer) {
    newcomers.add(newcomer);
    if (!askingForEnds) {
      askForEnds();
    }
  }

  private void askForEnds() {
    askingForEnds = true;
    List<Newcomer> asking = new ArrayList<>();
    Set<ChannelKey> channels = new HashSet<>();
    while (!newcomers.isEmpty() && channels.size() < MAX_ASKED) {
      Newcomer newcomer = newcomers.remove();
      asking.add(newcomer);
      channels.add(newcomer.feed().channel);
    }
    onIo(
        () -> {
          Map<ChannelKey, MessageRepository.LogEnd> ends = Map.of();
          try {
            ends = log.ends(channels);
          } catch (RuntimeException e) {
            LOG.log(
                Level.WARNING,
                "The ends of {0} logs could not be read: {1}",
                channels.size(),
                e.getClass().getSimpleName());
          } finally {
            // Without an answer each reads its own log, again and again until it can.
            Map<ChannelKey, MessageRepository.LogEnd> answer = ends;
            execute(() -> answered(asking, answer));
          }
        });
  }

  private void answered(List<Newcomer> asking, Map<ChannelKey, MessageRepository.LogEnd> ends) {
    // Each a task of its own, so that none suffers from another's failure.
    asking.forEach(newcomer -> execute(() -> begin(newcomer, ends)));
    askingForEnds = false;
    if (!newcomers.isEmpty()) {
      askForEnds();
    }
  }

  private void begin(Newcomer newcomer, Map<ChannelKey, MessageRepository.LogEnd> ends) {
    Feed feed = newcomer.feed();
    Subscription subscription = newcomer.subscription();
    if (subscription.index < 0) {
      return; // cancelled meanwhile
    }
    MessageRepository.LogEnd end = ends.get(feed.channel);
    if (!feed.isPlaced() && end != null) {
      feed.place(end.epoch(), end.lastOffset());
      deliverKept(feed);
    }
    if (feed.isPlaced() && subscription.position() >= feed.placedAt()) {
      goLive(feed, subscription, subscription.position()); // what went out since then it has held
    } else {
      readLog(feed, subscription, subscription.position());
    }
  }

  private void goLive(Feed feed, Subscription subscription, long readTo) {
    List<Publication> held = subscription.release(readTo);
    if (held == null) {
      readLog(feed, subscription, readTo);
      return;
    }
    for (Publication publication : held) {
      if (subscription.takes(publication)) {
        deliver(
            subscription, publication, encode(subscription.subscriber().encoder(), publication));
        encoded.clear();
      }
    }
    sweepGone(feed);
    subscription.nowLive();
  }

  /**
   * Reads on from an offset, page by page as the connection takes them, then comes back to go live.
   */
  private void readLog(Feed feed, Subscription subscription, long from) {
    new CatchUp(
            log,
            workers,
            pageSize,
            subscription,
            from,
            (epoch, readTo) -> execute(() -> caughtUp(feed, subscription, epoch, readTo)))
        .start();
  }

  private void caughtUp(Feed feed, Subscription subscription, String epoch, long readTo) {
    if (subscription.index < 0) {
      return;
    }
    if (!feed.isPlaced()) {
      feed.place(epoch, readTo);
      deliverKept(feed);
    } else if (readTo < feed.placedAt()) {
      readLog(feed, subscription, readTo); // another has read further, and so placed the feed
      return;
    }
    goLive(feed, subscription, readTo);
  }

  void cancel(Subscription subscription) {
    execute(
        () -> {
          subscription.end();
          Feed feed = feeds.get(subscription.channel());
          if (feed != null) {
            remove(feed, subscription);
          }
        });
  }

  private void remove(Feed feed, Subscription subscription) {
    if (!feed.remove(subscription)) {
      return;
    }
    metrics.subscriptions(-1);
    if (feed.subscriptions.isEmpty()) {
      feeds.remove(feed.channel);
      metrics.activeChannels(-1);
      bus.unsubscribe(feed.channel);
    }
  }

  /** Ends a subscription from the server's side and tells its connection. */
  void end(Subscription subscription, ErrorCode reason) {
    execute(
        () -> {
          Feed feed = feeds.get(subscription.channel());
          if (feed != null && subscription.end()) {
            remove(feed, subscription);
            subscription.subscriber().ended(subscription, reason);
          }
        });
  }

  /** Asks the record again for every subscription that a change of rights may concern. */
  void onRightsChange(RightsChange change) {
    execute(
        () -> {
          List<Subscription> concerned = new ArrayList<>();
          for (Feed feed : feedsOf(change)) {
            for (Subscription subscription : feed.subscriptions) {
              if (change.concerns(feed.channel, subscription.subscriber().identity().userId())) {
                concerned.add(subscription);
              }
            }
          }
          if (!concerned.isEmpty()) {
            review(concerned);
          }
        });
  }

  private Collection<Feed> feedsOf(RightsChange change) {
    if (change.concernedChannel().isEmpty()) {
      return feeds.values();
    }
    String organization = change.concernedOrganization().orElseThrow();
    Feed feed = feeds.get(new ChannelKey(organization, change.concernedChannel().get()));
    return feed == null ? List.of() : List.of(feed);
  }

  /**
   * Ends those of the subscriptions that the record no longer allows. When it does not answer, it
   * is asked again until it does. Any thread.
   */
  void review(List<Subscription> concerned) {
    onIo(
        () -> {
          int reviewed = 0;
          try {
            while (reviewed < concerned.size()) {
              int end = Math.min(reviewed + AccessCheck.MAX_ASKERS, concerned.size());
              endUnlessAllowed(concerned.subList(reviewed, end));
              reviewed = end;
            }
          } catch (RuntimeException e) {
            List<Subscription> unknown = concerned.subList(reviewed, concerned.size());
            LOG.log(Level.WARNING, "Rights of {0} subscriptions cannot be read", unknown.size());
            workers.after(RETRY, () -> review(unknown));
          }
        });
  }

  /** With one question for all: a change of a channel concerns all who listen to it. */
  private void endUnlessAllowed(List<Subscription> some) {
    Map<Subscription, Asker> askers = new HashMap<>();
    for (Subscription subscription : some) {
      if (!subscription.isCancelled()) {
        Identity reader = subscription.subscriber().identity();
        askers.put(subscription, new Asker(reader, subscription.channel()));
      }
    }
    if (askers.isEmpty()) {
      return;
    }
    Set<Asker> readers = access.readersAmong(Set.copyOf(askers.values()));
    askers.forEach(
        (subscription, asker) -> {
          if (!readers.contains(asker)) {
            subscription.end(ErrorCode.FORBIDDEN);
          }
        });
  }

  // ---- events

  private void receive(ChannelEvent event) {
    Feed feed = feeds.get(event.channel());
    if (feed == null) {
      return; // nobody here listens any more
    }
    if (!(event instanceof Publication publication) || !publication.isLogged()) {
      fanOut(feed, event);
      return;
    }
    if (!feed.epoch.isEmpty() && !feed.epoch.equals(publication.epoch())) {
      replaced(feed);
      return;
    }
    if (feed.isOld(publication)) {
      return;
    }
    if (!feed.isNext(publication)) {
      feed.keep(publication);
      watchHole(feed);
      return;
    }
    feed.epoch = publication.epoch();
    out(feed, publication);
    deliverKept(feed);
  }

  private void out(Feed feed, Publication publication) {
    feed.advanceTo(publication.revision());
    fanOut(feed, publication);
  }

  private void deliverKept(Feed feed) {
    Publication next;
    while ((next = feed.takeNext()) != null) {
      out(feed, next);
    }
    watchHole(feed);
  }

  /**
   * The log was restored or rebuilt: positions mean something else now, so everybody joins anew.
   */
  private void replaced(Feed feed) {
    for (Subscription subscription : List.copyOf(feed.subscriptions)) {
      if (subscription.end()) {
        remove(feed, subscription);
        subscription.subscriber().ended(subscription, ErrorCode.CONFLICT);
      }
    }
  }

  private void fanOut(Feed feed, ChannelEvent event) {
    PublicationEncoder lastEncoder = null;
    Optional<EncodedFrame> frame = Optional.empty();
    List<Subscription> subscriptions = feed.subscriptions;
    int delivered = 0;
    for (int i = 0; i < subscriptions.size(); i++) {
      Subscription subscription = subscriptions.get(i);
      if (!subscription.takes(event)) {
        continue;
      }
      PublicationEncoder encoder = subscription.subscriber().encoder();
      if (encoder != lastEncoder) {
        frame = encode(encoder, event);
        lastEncoder = encoder;
      }
      if (deliver(subscription, event, frame)) {
        delivered++;
      }
    }
    encoded.clear();
    sweepGone(feed);
    if (event instanceof Publication publication) {
      metrics.fannedOut(delivered, publication);
    }
  }

  private Optional<EncodedFrame> encode(PublicationEncoder encoder, ChannelEvent event) {
    return encoded.computeIfAbsent(encoder, e -> e.encode(event));
  }

  private boolean deliver(
      Subscription subscription, ChannelEvent event, Optional<EncodedFrame> frame) {
    OutboundQueue.Offer offer = OutboundQueue.Offer.DROPPED;
    if (frame.isPresent()) {
      offer = subscription.subscriber().deliver(subscription, event, frame.get());
    }
    if (event instanceof Publication publication && publication.isLogged()) {
      subscription.delivered(publication.revision());
    }
    switch (offer) {
      case ACCEPTED -> {}
      case FLUSH_DUE -> {
        if (joinWrites) {
          touched.add(subscription.subscriber().queue());
        } else {
          subscription.subscriber().queue().flush();
        }
      }
      case DROPPED -> {
        if (frame.isPresent()) {
          metrics.dropped();
        }
        return false;
      }
      case OVERFLOW -> {
        metrics.queueOverflow();
        gone.add(subscription);
        return false;
      }
      case CLOSED -> {
        gone.add(subscription);
        return false;
      }
    }
    return true;
  }

  private void sweepGone(Feed feed) {
    for (Subscription subscription : gone) {
      subscription.end();
      remove(feed, subscription);
    }
    gone.clear();
  }

  // ---- holes

  /** Two nodes' publications may cross, so a hole is given some time before the log is read. */
  private void watchHole(Feed feed) {
    if (feed.hasHole() && !feed.holeTimerSet && !feed.repairing) {
      feed.holeTimerSet = true;
      workers.after(
          limits.holeWait(),
          () ->
              execute(
                  () -> {
                    feed.holeTimerSet = false;
                    if (feed.hasHole()) {
                      repair(feed);
                    }
                  }));
    }
  }

  private void repair(Feed feed) {
    if (feed.repairing || feeds.get(feed.channel) != feed) {
      return;
    }
    feed.repairing = true;
    long from = feed.delivered();
    onIo(
        () -> {
          Optional<LogPage> page = Optional.empty();
          try {
            page = log.readAfter(feed.channel, from, pageSize, Integer.MAX_VALUE);
          } catch (RuntimeException e) {
            LOG.log(
                Level.WARNING,
                "A hole in {0} could not be read; the next sweep tries again",
                feed.channel);
          }
          Optional<LogPage> read = page;
          execute(() -> repaired(feed, from, read));
        });
  }

  private void repaired(Feed feed, long from, Optional<LogPage> read) {
    feed.repairing = false;
    if (read.isEmpty()) {
      return;
    }
    LogPage page = read.get();
    boolean sameLog = feed.epoch.isEmpty() || feed.epoch.equals(page.epoch());
    if (!sameLog || !page.continuesFrom(from)) {
      replaced(feed);
      return;
    }
    int brought = 0;
    for (Publication publication : page.publications()) {
      if (!feed.isOld(publication)) {
        // Read as of a place before what has gone out meanwhile: new to these subscribers only if
        // still unseen.
        feed.advanceTo(publication.revision());
        fanOut(feed, publication);
        brought++;
      }
    }
    metrics.repaired(brought);
    feed.advanceTo(page.completeTo());
    deliverKept(feed);
    if (page.hasMore()) {
      repair(feed);
    }
  }

  /** Compares every active channel with the log: finds last messages that the bus never brought. */
  void sweep() {
    execute(
        () -> {
          Map<ChannelKey, Feed> placed = new HashMap<>();
          for (Feed feed : feeds.values()) {
            if (feed.isPlaced()) {
              placed.put(feed.channel, feed);
            }
          }
          if (!placed.isEmpty()) {
            onIo(() -> compare(placed));
          }
        });
  }

  private void compare(Map<ChannelKey, Feed> placed) {
    Map<ChannelKey, MessageRepository.LogEnd> ends;
    try {
      ends = log.ends(placed.keySet());
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "The tail sweep could not read the log: {0}",
          e.getClass().getSimpleName());
      return;
    }
    // What is on its way over the bus at this moment needs no reading: look again after the hole's
    // time.
    workers.after(
        limits.holeWait(),
        () ->
            execute(
                () ->
                    ends.forEach(
                        (channel, end) -> {
                          Feed feed = placed.get(channel);
                          if (!feed.epoch.isEmpty() && !feed.epoch.equals(end.epoch())) {
                            replaced(feed);
                          } else if (end.lastOffset() > feed.delivered()) {
                            repair(feed);
                          }
                        })));
  }

  private void onIo(Runnable task) {
    try {
      workers.io().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "Too much waits for the database; tried again in a second");
      workers.after(RETRY, () -> execute(() -> onIo(task)));
    }
  }
}
