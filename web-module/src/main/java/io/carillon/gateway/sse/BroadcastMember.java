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
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A sink in a {@link ChannelBroadcaster}, and its interest in the channel. Any thread. */
final class BroadcastMember {
  private final ChannelBroadcaster broadcaster;
  private final SseEventSink sink;
  private final OutboundQueue queue;
  private final AtomicBoolean failed = new AtomicBoolean();
  private volatile Subscription subscription; // null before, and for one that hears no channel

  private BroadcastMember(ChannelBroadcaster broadcaster, SseConnection connection) {
    this.broadcaster = broadcaster;
    this.sink = connection;
    this.queue = connection.queue();
  }

  private BroadcastMember(ChannelBroadcaster broadcaster, SseEventSink sink, int maxQueuedBytes) {
    this.broadcaster = broadcaster;
    this.sink = sink;
    this.queue = new ForeignSink(sink, maxQueuedBytes, this::lost).queue();
  }

  /** A stream of this application. */
  static BroadcastMember own(ChannelBroadcaster broadcaster, SseConnection connection) {
    return new BroadcastMember(broadcaster, connection);
  }

  /** A sink of the container. */
  static BroadcastMember foreign(
      ChannelBroadcaster broadcaster, SseEventSink sink, int maxQueuedBytes) {
    return new BroadcastMember(broadcaster, sink, maxQueuedBytes);
  }

  SseEventSink sink() {
    return sink;
  }

  Subscription subscribe(Subscriber listener, Function<Subscriber, Subscription> start) {
    Subscription started = start.apply(listener);
    subscription = started;
    if (!broadcaster.holds(this)) {
      started.cancel(); // it left before there was something to cancel
    }
    return started;
  }

  void send(EncodedFrame frame) {
    heed(queue.send(frame));
  }

  private OutboundQueue.Offer heed(OutboundQueue.Offer offer) {
    if (offer == OutboundQueue.Offer.OVERFLOW) {
      failed(new IllegalStateException("the client reads too slowly"));
    }
    return offer;
  }

  private void failed(Throwable failure) {
    if (failed.compareAndSet(false, true)) {
      broadcaster.tellFailed(sink, failure);
    }
  }

  /** A sink of the container has failed or is too slow. */
  private void lost(Throwable failure) {
    failed(failure);
    close();
  }

  void close() {
    queueIfForeign();
    sink.close();
    ended();
  }

  /** An own stream says its last words through its queue. */
  private void queueIfForeign() {
    if (!(sink instanceof SseConnection)) {
      queue.close();
    }
  }

  /** The sink takes nothing any more, whoever ended it. */
  void ended() {
    if (leave()) {
      broadcaster.tellEnded(sink);
    }
  }

  /**
   * Takes no part any more, whatever becomes of the sink.
   *
   * @return whether it took part
   */
  boolean leave() {
    boolean left = broadcaster.remove(this);
    Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
    return left;
  }

  /** The hub's end of an own stream. */
  Subscriber listener(SseConnection connection, PublicationEncoder encoder) {
    return new StreamSession(connection, encoder) {
      @Override
      public OutboundQueue.Offer deliver(
          Subscription delivering, ChannelEvent event, EncodedFrame frame) {
        return heed(super.deliver(delivering, event, frame));
      }
    };
  }

  /** The hub's end of a sink of the container. */
  Subscriber listener(Identity identity) {
    return new Subscriber() {
      @Override
      public Identity identity() {
        return identity;
      }

      @Override
      public PublicationEncoder encoder() {
        return SseEncoder.CHANNEL;
      }

      @Override
      public OutboundQueue queue() {
        return queue;
      }

      @Override
      public OutboundQueue.Offer deliver(
          Subscription delivering, ChannelEvent event, EncodedFrame frame) {
        return Heard.isOwnTyping(event, identity)
            ? OutboundQueue.Offer.ACCEPTED
            : heed(queue.offer(frame));
      }

      @Override
      public void ended(Subscription ending, ErrorCode reason) {
        close();
      }
    };
  }
}
