package io.carillon.gateway.chat;

import io.carillon.application.Joining;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.gateway.TripleEncoder;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;

/** A channel that a session listens to. Any thread. */
final class JoinedChannel implements Subscriber {
  private final ChatSession session;
  private final ChannelKey channel;
  private final long startFrom;
  private final boolean automatic;
  private volatile boolean left;
  private Subscription subscription; // guarded by this; null until it has started

  /**
   * @param automatic the inbox or the announcements, which nobody had to join
   */
  JoinedChannel(ChatSession session, Joining joining, boolean automatic) {
    this.session = session;
    this.channel = joining.channel();
    this.startFrom = joining.startFrom();
    this.automatic = automatic;
  }

  ChannelKey channel() {
    return channel;
  }

  boolean isAutomatic() {
    return automatic;
  }

  /** Whether everything after the other's start has been or will be delivered here. */
  boolean covers(Joining other) {
    return startFrom <= other.startFrom();
  }

  void started(Subscription started) {
    boolean tooLate;
    synchronized (this) {
      subscription = started;
      tooLate = left;
    }
    if (tooLate) {
      started.cancel();
    }
  }

  /** Wants nothing more; an event on its way is left out. */
  void leave() {
    Subscription started;
    synchronized (this) {
      left = true;
      started = subscription;
    }
    if (started != null) {
      started.cancel();
    }
  }

  @Override
  public Identity identity() {
    return session.identity();
  }

  @Override
  public PublicationEncoder encoder() {
    return TripleEncoder.JSON;
  }

  @Override
  public OutboundQueue queue() {
    return session.queue();
  }

  @Override
  public OutboundQueue.Offer deliver(Subscription from, ChannelEvent event, EncodedFrame frame) {
    if (left || isOwnTyping(event)) {
      return OutboundQueue.Offer.ACCEPTED;
    }
    return session.queue().offer(frame);
  }

  private boolean isOwnTyping(ChannelEvent event) {
    return event instanceof Signal signal
        && signal.type() == Signal.Type.TYPING
        && signal.originUserId().equals(session.identity().userId().value());
  }

  @Override
  public void ended(Subscription ended, ErrorCode reason) {
    if (!left) {
      session.ended(this, reason);
    }
  }
}
