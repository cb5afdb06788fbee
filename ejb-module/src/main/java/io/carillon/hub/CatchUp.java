package io.carillon.hub;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.LogPage;
import io.carillon.domain.message.MessageRepository;
import io.carillon.domain.message.Publication;
import io.carillon.node.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;

/**
 * Reads a channel's log for one subscription that is behind, a page at a time, and waits whenever
 * the connection's queue is more than half full: its length costs time, never memory. One thread at
 * a time.
 */
final class CatchUp {
  private static final Logger LOG = System.getLogger(CatchUp.class.getName());
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int MAX_FAILURES = 20;

  /** Hears how far the reading came. */
  interface Done {
    void readTo(String epoch, long offset);
  }

  private final MessageRepository log;
  private final Workers workers;
  private final int pageSize;
  private final Subscription subscription;
  private final Done done;
  private long readTo;
  private int failures;

  CatchUp(
      MessageRepository log,
      Workers workers,
      int pageSize,
      Subscription subscription,
      long from,
      Done done) {
    this.log = log;
    this.workers = workers;
    this.pageSize = pageSize;
    this.subscription = subscription;
    this.readTo = from;
    this.done = done;
  }

  void start() {
    try {
      workers.io().execute(this::read);
    } catch (RejectedExecutionException e) {
      workers.after(RETRY, this::start);
    }
  }

  private void read() {
    OutboundQueue queue = subscription.subscriber().queue();
    while (!subscription.isCancelled() && !queue.isClosed()) {
      if (queue.isCrowded()) {
        queue.whenDrained(this::start);
        return;
      }
      Optional<LogPage> read;
      try {
        read = log.readAfter(subscription.channel(), readTo, pageSize, queue.maxQueuedBytes() / 4);
      } catch (RuntimeException e) {
        retry(e);
        return;
      }
      if (read.isEmpty()) {
        subscription.end(ErrorCode.FORBIDDEN);
        return;
      }
      LogPage page = read.get();
      if (!page.continuesFrom(readTo)) {
        // What comes next was removed while this was read: the client joins anew, and is told so.
        subscription.end(ErrorCode.CONFLICT);
        return;
      }
      for (Publication publication : page.publications()) {
        if (queue.isCrowded()) {
          // Encoded, a page is larger than its payloads, and others may be filling this queue too.
          queue.flush();
          queue.whenDrained(this::start);
          return;
        }
        Optional<EncodedFrame> frame = subscription.subscriber().encoder().encode(publication);
        if (frame.isPresent()) {
          OutboundQueue.Offer offer =
              subscription.subscriber().deliver(subscription, publication, frame.get());
          if (offer == OutboundQueue.Offer.OVERFLOW || offer == OutboundQueue.Offer.CLOSED) {
            subscription.cancel();
            return;
          }
        }
        readTo = publication.revision();
      }
      queue.flush();
      readTo = page.completeTo();
      failures = 0;
      if (!page.hasMore()) {
        done.readTo(page.epoch(), readTo);
        return;
      }
    }
    subscription.cancel();
  }

  /**
   * The database may be away for a while; a client that waits for its messages is not sent away at
   * once.
   */
  private void retry(RuntimeException failure) {
    failures++;
    LOG.log(
        Level.WARNING,
        "Catching up on {0} failed: {1}",
        subscription.channel(),
        failure.getClass().getSimpleName());
    if (failures >= MAX_FAILURES) {
      subscription.end(ErrorCode.OVERLOADED);
      return;
    }
    workers.after(RETRY, this::start);
  }
}
