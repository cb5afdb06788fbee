package io.carillon.hub;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A connection's live interest in one channel. It delivers rising offsets, each once, from its
 * start position on without a gap.
 *
 * <p>The mutable state belongs to the channel's {@link Shard}; only {@link #cancel()} and what is
 * volatile or final is for other threads.
 */
public final class Subscription {
  /** As a start: from the next event on, whatever the log holds. */
  public static final long NOW = -1;

  /** Events that may wait while the log is read; beyond that they are read from the log as well. */
  private static final int MAX_HELD = 256;

  private enum State {
    HOLDING,
    LIVE,
    ENDED
  }

  private final ChannelKey channel;
  private final Subscriber subscriber;
  private final Shard shard;
  private final CompletableFuture<Void> live = new CompletableFuture<>();
  private volatile boolean cancelled;

  // Confined to the shard's thread.
  private State state = State.HOLDING;
  private List<Publication> held = List.of();
  private boolean heldTooMuch;
  private long position;
  int index = -1; // place in the feed's list, for removal without a search

  Subscription(ChannelKey channel, Subscriber subscriber, Shard shard, long from) {
    this.channel = channel;
    this.subscriber = subscriber;
    this.shard = shard;
    this.position = from;
  }

  public ChannelKey channel() {
    return channel;
  }

  public Subscriber subscriber() {
    return subscriber;
  }

  /** Completes when history has been handed over and events come as they happen. */
  public CompletionStage<Void> live() {
    return live;
  }

  /** Ends the interest. Any thread, any number of times; an event on its way may still come. */
  public void cancel() {
    cancelled = true;
    shard.cancel(this);
  }

  /** Ends the interest from the server's side; the subscriber is told why. Any thread. */
  public void end(ErrorCode reason) {
    shard.end(this, reason);
  }

  boolean isCancelled() {
    return cancelled;
  }

  long position() {
    return position;
  }

  boolean isLive() {
    return state == State.LIVE;
  }

  /** Whether the event is to be delivered now; one that has to wait for history is kept here. */
  boolean takes(ChannelEvent event) {
    if (cancelled || state == State.ENDED) {
      return false;
    }
    if (!(event instanceof Publication publication) || !publication.isLogged()) {
      return true;
    }
    if (state == State.HOLDING) {
      hold(publication);
      return false;
    }
    return publication.revision() > position;
  }

  private void hold(Publication publication) {
    if (heldTooMuch) {
      return;
    }
    if (held.isEmpty()) {
      held = new ArrayList<>();
    }
    if (held.size() == MAX_HELD) {
      heldTooMuch = true;
      held = List.of();
      return;
    }
    held.add(publication);
  }

  void delivered(long revision) {
    position = revision;
  }

  /**
   * Goes live, with what was held and is still to be delivered; null when the log must be read
   * again.
   */
  List<Publication> release(long readTo) {
    if (heldTooMuch) {
      heldTooMuch = false;
      return null;
    }
    position = Math.max(position, readTo);
    List<Publication> rest = held.stream().filter(p -> p.revision() > readTo).toList();
    held = List.of();
    state = State.LIVE;
    return rest;
  }

  void nowLive() {
    live.complete(null);
  }

  boolean end() {
    boolean first = state != State.ENDED;
    state = State.ENDED;
    held = List.of();
    return first;
  }
}
