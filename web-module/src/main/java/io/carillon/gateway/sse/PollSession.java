package io.carillon.gateway.sse;

import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.TripleEncoder;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import io.carillon.node.Workers;
import io.carillon.transport.LongPollConnection;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One waiting poll: gathers what its channels bring, and answers once something is there or the
 * time is over. Every channel is listened to before its log is read, as for any subscription, so
 * nothing falls between two polls. Any thread.
 */
final class PollSession {
  /** Of events in one answer; the position says how far they go, and the client polls on. */
  static final int MAX_BYTES = 256 * 1024;

  /** For events that come together to leave together. */
  private static final Duration GATHERING = Duration.ofMillis(5);

  /** An answer with the first of what was missed waits this long for the rest. */
  private static final int MAX_CATCH_UP_ROUNDS = 20;

  private final LongPollConnection connection;
  private final AsyncResponse response;
  private final List<Joining> joinings;
  private final Workers workers;
  private final boolean atOnce;
  private final long deadlineNanos;

  // Guarded by this.
  private final List<EncodedFrame> events = new ArrayList<>();
  private int gatheredBytes;
  private Position position;
  private int behind; // channels whose log is being read
  private int rounds;
  private boolean over; // takes no more: full, or answered
  private boolean answered;

  /**
   * @param response for a refusal, which JAX-RS makes; an answer goes through the connection
   * @param atOnce answer as soon as the logs are read, with or without events
   * @param wait at most
   */
  PollSession(
      LongPollConnection connection,
      AsyncResponse response,
      List<Joining> joinings,
      Workers workers,
      boolean atOnce,
      Duration wait) {
    this.connection = connection;
    this.response = response;
    this.joinings = joinings;
    this.workers = workers;
    this.atOnce = atOnce;
    this.deadlineNanos = System.nanoTime() + wait.toNanos();
    this.position = Positions.start(joinings);
    this.behind = joinings.size();
  }

  /** The part of this poll that listens to one channel. */
  Subscriber part(long channelNumber) {
    return new Subscriber() {
      @Override
      public Identity identity() {
        return connection.identity();
      }

      @Override
      public PublicationEncoder encoder() {
        return TripleEncoder.JSON;
      }

      @Override
      public OutboundQueue queue() {
        return connection.queue();
      }

      @Override
      public OutboundQueue.Offer deliver(
          Subscription subscription, ChannelEvent event, EncodedFrame frame) {
        return gather(channelNumber, event, frame);
      }

      @Override
      public void ended(Subscription subscription, ErrorCode reason) {
        close(reason);
      }
    };
  }

  /** Knows when the channel's log has been read. */
  void watch(Subscription subscription) {
    subscription.live().thenRun(this::caughtUp);
  }

  private OutboundQueue.Offer gather(long channelNumber, ChannelEvent event, EncodedFrame frame) {
    if (Heard.isOwnTyping(event, connection.identity())) {
      return OutboundQueue.Offer.ACCEPTED;
    }
    boolean first;
    synchronized (this) {
      if (over) {
        return OutboundQueue.Offer.CLOSED;
      }
      if (!events.isEmpty() && gatheredBytes + frame.sizeBytes() > MAX_BYTES) {
        over = true; // nothing may follow what was left out
        workers.after(Duration.ZERO, this::answer);
        return OutboundQueue.Offer.CLOSED;
      }
      first = events.isEmpty();
      events.add(frame);
      gatheredBytes += frame.sizeBytes();
      if (event instanceof Publication publication && publication.isLogged()) {
        position = position.with(channelNumber, publication.cursor());
      }
    }
    if (first) {
      workers.after(GATHERING, this::settle);
    }
    return OutboundQueue.Offer.ACCEPTED;
  }

  private void settle() {
    boolean wait;
    synchronized (this) {
      wait = !over && behind > 0 && rounds++ < MAX_CATCH_UP_ROUNDS;
    }
    if (wait) {
      workers.after(GATHERING, this::settle);
    } else {
      answer();
    }
  }

  private void caughtUp() {
    boolean last;
    synchronized (this) {
      behind--;
      last = behind == 0 && atOnce;
    }
    if (last) {
      workers.after(Duration.ZERO, this::answer); // not on the hub's thread
    }
  }

  /** Answers if the time is over. */
  void tick(long nowNanos) {
    if (nowNanos - deadlineNanos >= 0) {
      answer();
    }
  }

  /** The node wants it to end, or one of its channels has. */
  void close(ErrorCode reason) {
    switch (reason) {
      // With what there is: the next poll is told more.
      case CONFLICT, DRAINING, SLOW_CONSUMER -> answer();
      default -> workers.after(Duration.ZERO, () -> refuse(reason));
    }
  }

  private void refuse(ErrorCode reason) {
    synchronized (this) {
      if (answered) {
        return;
      }
      over = true;
      answered = true;
    }
    if (connection.release()) {
      workers.io().execute(() -> response.resume(new RealtimeException(reason, "poll ended")));
    }
  }

  private void answer() {
    List<EncodedFrame> gathered;
    Position reached;
    synchronized (this) {
      if (answered) {
        return;
      }
      over = true;
      answered = true;
      gathered = List.copyOf(events);
      reached = position;
    }
    connection.answer(
        200,
        Map.of("Content-Type", MediaType.APPLICATION_JSON),
        PollAnswer.events(joinings, gathered, reached));
  }
}
