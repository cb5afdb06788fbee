package io.carillon.gateway.sse;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import io.carillon.transport.SseConnection;

/**
 * One channel on one event stream, as the hub sees it. Any thread; no state of its own, so that a
 * stream of one channel costs nothing beside its connection.
 */
class StreamSession implements Subscriber {
  private final SseConnection connection;
  private final PublicationEncoder encoder;

  StreamSession(SseConnection connection, PublicationEncoder encoder) {
    this.connection = connection;
    this.encoder = encoder;
  }

  @Override
  public Identity identity() {
    return connection.identity();
  }

  @Override
  public PublicationEncoder encoder() {
    return encoder;
  }

  @Override
  public OutboundQueue queue() {
    return connection.queue();
  }

  @Override
  public OutboundQueue.Offer deliver(
      Subscription subscription, ChannelEvent event, EncodedFrame frame) {
    if (Heard.isOwnTyping(event, identity())) {
      return OutboundQueue.Offer.ACCEPTED; // left out, which owes nobody a flush
    }
    return queue().offer(frame);
  }

  /**
   * A stream cannot lose one of its channels, so it ends. Who was removed is refused when he comes
   * back; where the log was replaced, the client comes back to be told so by a reset.
   */
  @Override
  public void ended(Subscription subscription, ErrorCode reason) {
    if (reason == ErrorCode.CONFLICT) {
      connection.close();
    } else {
      connection.close(reason);
    }
  }
}
