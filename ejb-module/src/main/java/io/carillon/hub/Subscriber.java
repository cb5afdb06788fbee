package io.carillon.hub;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.user.Identity;

/** A connection as the hub sees it: whose it is, what it speaks, where its frames go. */
public interface Subscriber {
  /** Who it is now; a renewed token changes it. */
  Identity identity();

  PublicationEncoder encoder();

  OutboundQueue queue();

  /**
   * Takes an event for this connection. Called for one subscription by one thread at a time, but
   * for several subscriptions of a connection by several; must not block.
   *
   * @param frame the event, as {@link #encoder()} made it
   */
  default OutboundQueue.Offer deliver(
      Subscription subscription, ChannelEvent event, EncodedFrame frame) {
    return queue().offer(frame);
  }

  /**
   * The server has ended this subscription: the right was taken away ({@code FORBIDDEN}), or the
   * log was replaced ({@code CONFLICT}: join again, with the old position, to be told so). Must not
   * block.
   */
  void ended(Subscription subscription, ErrorCode reason);
}
