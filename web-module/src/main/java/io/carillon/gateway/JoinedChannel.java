package io.carillon.gateway;

import io.carillon.application.Joining;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Signal;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;

/** A channel that a conversation listens to. Any thread. */
public final class JoinedChannel implements Subscriber {
  private final Conversation conversation;
  private final ChannelKey channel;
  private final long channelNumber;
  private final long startFrom;
  private final PublicationEncoder encoder;
  private final boolean automatic;
  private volatile boolean left;
  private Subscription subscription; // guarded by this; null until it has started

  /**
   * @param automatic the inbox or the announcements, which nobody had to join
   */
  JoinedChannel(Conversation conversation, Joining joining, boolean automatic) {
    this.conversation = conversation;
    this.channel = joining.channel();
    this.channelNumber = joining.channelNumber();
    this.startFrom = joining.startFrom();
    this.encoder = conversation.encoder(joining);
    this.automatic = automatic;
  }

  ChannelKey channel() {
    return channel;
  }

  /** The channel's part of a position over several channels. */
  public long channelNumber() {
    return channelNumber;
  }

  public boolean isAutomatic() {
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
    return conversation.identity();
  }

  @Override
  public PublicationEncoder encoder() {
    return encoder;
  }

  @Override
  public OutboundQueue queue() {
    return conversation.queue();
  }

  @Override
  public OutboundQueue.Offer deliver(Subscription from, ChannelEvent event, EncodedFrame frame) {
    if (left || isOwnTyping(event)) {
      return OutboundQueue.Offer.ACCEPTED;
    }
    return conversation.deliver(this, event, frame);
  }

  private boolean isOwnTyping(ChannelEvent event) {
    return event instanceof Signal signal
        && signal.type() == Signal.Type.TYPING
        && signal.originUserId().equals(conversation.identity().userId().value());
  }

  @Override
  public void ended(Subscription ended, ErrorCode reason) {
    if (!left) {
      conversation.ended(this, reason);
    }
  }
}
