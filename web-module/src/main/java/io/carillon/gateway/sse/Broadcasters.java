package io.carillon.gateway.sse;

import io.carillon.application.Joining;
import io.carillon.application.SubscriptionService;
import io.carillon.config.Settings;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.hub.Hub;
import io.carillon.hub.PublicationEncoder;
import io.carillon.hub.Subscription;
import io.carillon.node.Workers;
import io.carillon.transport.SseConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * One {@link ChannelBroadcaster} for each channel that has event streams on this node. One that is
 * there for streams goes when the last of them has ended; one that was asked for stays until it is
 * closed. Any thread.
 */
@ApplicationScoped
public class Broadcasters {
  /** Broadcasters that were asked for and not closed. */
  private static final int MAX_KEPT = 10_000;

  private final SubscriptionService subscriptions;
  private final Hub hub;
  private final Workers workers;
  private final int maxQueuedBytes;
  private final Map<ChannelKey, ChannelBroadcaster> byChannel = new ConcurrentHashMap<>();
  private final Set<ChannelBroadcaster> kept = ConcurrentHashMap.newKeySet();

  protected Broadcasters() { // for the client proxy
    this.subscriptions = null;
    this.hub = null;
    this.workers = null;
    this.maxQueuedBytes = 0;
  }

  @Inject
  public Broadcasters(
      SubscriptionService subscriptions, Hub hub, Workers workers, Settings settings) {
    this.subscriptions = subscriptions;
    this.hub = hub;
    this.workers = workers;
    this.maxQueuedBytes = settings.connections().queueBytes();
  }

  /**
   * The channel's broadcaster, kept until it is closed.
   *
   * @throws RealtimeException with {@code OVERLOADED} if too many are kept
   */
  public ChannelBroadcaster of(ChannelKey channel) {
    return byChannel.compute(
        channel,
        (key, present) -> {
          ChannelBroadcaster broadcaster =
              present == null ? new ChannelBroadcaster(key, this) : present;
          if (kept.size() >= MAX_KEPT && !kept.contains(broadcaster)) {
            throw new RealtimeException(ErrorCode.OVERLOADED, "broadcasters");
          }
          kept.add(broadcaster);
          return broadcaster;
        });
  }

  /** Adds a stream to its channel's broadcaster, from where its client is. */
  Subscription join(Joining joining, SseConnection connection, PublicationEncoder encoder) {
    Optional<Subscription> joined = Optional.empty();
    while (joined.isEmpty()) {
      // Again for one that was forgotten or closed at this moment: the next one is new.
      joined =
          byChannel
              .computeIfAbsent(joining.channel(), key -> new ChannelBroadcaster(key, this))
              .join(connection, encoder, subscriber -> subscriptions.start(joining, subscriber));
    }
    return joined.get();
  }

  /**
   * Adds somebody to a broadcaster, by {@code change}, unless it has been closed or forgotten and
   * another has taken its place. One change of a channel's at a time, so that nobody joins one that
   * is being forgotten.
   *
   * @return whether it was done
   */
  boolean add(ChannelBroadcaster broadcaster, Runnable change) {
    return byChannel.compute(
            broadcaster.channel(),
            (channel, present) -> {
              if (broadcaster.isClosed() || (present != null && present != broadcaster)) {
                return present;
              }
              change.run();
              return broadcaster;
            })
        == broadcaster;
  }

  /**
   * Takes somebody off a broadcaster, by {@code change}, and forgets it if nobody is left.
   *
   * @return what {@code change} says
   */
  boolean remove(ChannelBroadcaster broadcaster, BooleanSupplier change) {
    boolean[] result = new boolean[1];
    byChannel.compute(
        broadcaster.channel(),
        (channel, present) -> {
          result[0] = change.getAsBoolean();
          boolean idle = broadcaster.size() == 0 && !kept.contains(broadcaster);
          return present == broadcaster && idle ? null : present;
        });
    return result[0];
  }

  void close(ChannelBroadcaster broadcaster) {
    kept.remove(broadcaster);
    byChannel.remove(broadcaster.channel(), broadcaster);
  }

  /** Channels that have a broadcaster. */
  public int size() {
    return byChannel.size();
  }

  Hub hub() {
    return hub;
  }

  Workers workers() {
    return workers;
  }

  int maxQueuedBytes() {
    return maxQueuedBytes;
  }
}
