package io.carillon.gateway.sse;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.user.Identity;
import io.carillon.hub.EncodedFrame;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscriber;
import io.carillon.hub.Subscription;
import io.carillon.transport.SseConnection;
import io.carillon.transport.SseText;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The event streams of one channel on this node. What happens in the channel reaches them through
 * the hub, which encodes it once for all of them. What is {@linkplain #broadcast broadcast} here
 * goes to the same streams, and to no other node and into no log.
 *
 * <p>No client holds up another or the caller: each sink has a bounded queue, and one that falls
 * behind is closed. Listeners run on a worker, one call at a time. Any thread.
 */
public final class ChannelBroadcaster implements SseBroadcaster {
  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private final ChannelKey channel;
  private final Broadcasters registry;
  private final SerialCalls calls;
  private final Map<SseEventSink, BroadcastMember> members = new ConcurrentHashMap<>();
  private final List<BiConsumer<SseEventSink, Throwable>> errorListeners =
      new CopyOnWriteArrayList<>();
  private final List<Consumer<SseEventSink>> closeListeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  ChannelBroadcaster(ChannelKey channel, Broadcasters registry) {
    this.channel = channel;
    this.registry = registry;
    this.calls = new SerialCalls(registry.workers());
  }

  public ChannelKey channel() {
    return channel;
  }

  /** Sinks that are registered and open. */
  public int size() {
    return members.size();
  }

  /**
   * Adds a sink; a second time does nothing. One of this application's, a {@link SseConnection},
   * hears the channel from now on, whose user's right to read it the caller has checked, and what
   * is broadcast here. A sink of the container hears only what is broadcast, since nobody knows
   * whose it is: see {@link #register(SseEventSink, Identity)}.
   *
   * @throws IllegalStateException if this broadcaster is closed
   */
  @Override
  public void register(SseEventSink sink) {
    if (sink instanceof SseConnection connection) {
      if (!members.containsKey(sink)) {
        refuseIfNot(join(connection, SseEncoder.CHANNEL, this::fromNow).isPresent());
      }
    } else {
      refuseIfNot(add(BroadcastMember.foreign(this, sink, registry.maxQueuedBytes())));
    }
  }

  /**
   * Adds a sink of the container that hears the channel, too, for as long as its user may read it;
   * the caller has checked that he may now. One event is being sent to it at a time.
   *
   * @throws IllegalStateException if this broadcaster is closed
   */
  public void register(SseEventSink sink, Identity identity) {
    if (sink instanceof SseConnection) {
      register(sink);
      return;
    }
    BroadcastMember member = BroadcastMember.foreign(this, sink, registry.maxQueuedBytes());
    refuseIfNot(add(member));
    if (holds(member)) {
      member.subscribe(member.listener(identity), this::fromNow);
    }
  }

  private static void refuseIfNot(boolean added) {
    if (!added) {
      throw new IllegalStateException("the broadcaster is closed");
    }
  }

  /**
   * Adds an own stream that begins where its client is.
   *
   * @return empty if this broadcaster is closed, or was forgotten since nobody was left
   */
  Optional<Subscription> join(
      SseConnection connection,
      PublicationEncoder encoder,
      Function<Subscriber, Subscription> start) {
    BroadcastMember member = BroadcastMember.own(this, connection);
    if (!add(member)) {
      return Optional.empty();
    }
    Subscription subscription = member.subscribe(member.listener(connection, encoder), start);
    connection.whenEnded(member::ended);
    return Optional.of(subscription);
  }

  private Subscription fromNow(Subscriber subscriber) {
    return registry.hub().subscribe(channel, Subscription.NOW, subscriber);
  }

  private boolean add(BroadcastMember member) {
    return registry.add(this, () -> members.putIfAbsent(member.sink(), member));
  }

  /**
   * Takes a member off.
   *
   * @return whether it was there
   */
  boolean remove(BroadcastMember member) {
    return registry.remove(this, () -> members.remove(member.sink(), member));
  }

  boolean holds(BroadcastMember member) {
    return members.get(member.sink()) == member;
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Encodes an event once and hands it to the queue of each sink; never waits for a client.
   *
   * @return has completed: how far a client is does not concern who publishes
   * @throws IllegalStateException if this broadcaster is closed
   * @throws IllegalArgumentException for an id or name that would break the stream, or data that is
   *     no text
   */
  @Override
  public CompletionStage<?> broadcast(OutboundSseEvent event) {
    if (closed) {
      throw new IllegalStateException("the broadcaster is closed");
    }
    EncodedFrame frame = EncodedFrame.data(SseText.bytes(event));
    for (BroadcastMember member : members.values()) {
      member.send(frame);
    }
    return DONE;
  }

  /** Hears, once for each sink, of one that could not take an event. */
  @Override
  public void onError(BiConsumer<SseEventSink, Throwable> listener) {
    errorListeners.add(listener);
  }

  /** Hears, once for each sink, of one that has ended, however it did. */
  @Override
  public void onClose(Consumer<SseEventSink> listener) {
    closeListeners.add(listener);
  }

  void tellFailed(SseEventSink sink, Throwable failure) {
    for (BiConsumer<SseEventSink, Throwable> listener : errorListeners) {
      calls.add(() -> listener.accept(sink, failure));
    }
  }

  void tellEnded(SseEventSink sink) {
    for (Consumer<SseEventSink> listener : closeListeners) {
      calls.add(() -> listener.accept(sink));
    }
  }

  /** Closes all sinks as well. */
  @Override
  public void close() {
    close(true);
  }

  /**
   * Ends the channel's broadcasting here: nothing reaches its sinks any more.
   *
   * @param cascading whether the sinks are closed too; otherwise they stay open, and silent
   */
  @Override
  public void close(boolean cascading) {
    closed = true;
    registry.close(this);
    for (BroadcastMember member : List.copyOf(members.values())) {
      if (cascading) {
        member.close();
      } else {
        member.leave();
      }
    }
  }
}
