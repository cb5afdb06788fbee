package io.carillon.gateway.sse;

import io.carillon.application.Position;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.message.Publication;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.OutboundQueue;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import io.carillon.transport.SseConnection;
import io.carillon.transport.SseText;

/**
 * Several channels on one event stream. The id of an event is the client's place in all of them, so
 * it cannot be shared: each logged event goes out as the lines that all clients share and an id of
 * this client's. Any thread.
 */
final class MixedStream {
  private final SseConnection connection;
  private final PublicationEncoder encoder;
  private Position position; // guarded by this

  /**
   * @param position where the client is in each of the channels that have a log
   */
  MixedStream(SseConnection connection, PublicationEncoder encoder, Position position) {
    this.connection = connection;
    this.encoder = encoder;
    this.position = position;
  }

  /** The part of this stream that listens to one channel. */
  Subscriber part(long channelNumber) {
    return new StreamSession(connection, encoder) {
      @Override
      public OutboundQueue.Offer deliver(
          Subscription subscription, ChannelEvent event, EncodedFrame frame) {
        if (event instanceof Publication publication && publication.isLogged()) {
          return deliverAt(channelNumber, publication.cursor(), frame);
        }
        return super.deliver(subscription, event, frame);
      }
    };
  }

  /**
   * Under the lock also while the queue takes it: two channels deliver on two threads, and an id
   * that went backwards would bring events again after a reconnect.
   */
  private synchronized OutboundQueue.Offer deliverAt(
      long channelNumber, Cursor cursor, EncodedFrame shared) {
    position = position.with(channelNumber, cursor);
    byte[] rest = SseText.event(96).id(position.toString()).end();
    return connection.queue().offer(shared, EncodedFrame.data(rest));
  }
}
