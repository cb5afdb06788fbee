package io.carillon.redis;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import io.carillon.node.NodeId;
import io.carillon.node.Workers;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The bus between nodes, by Redis pub/sub: one Redis channel for each Carillon channel, heard while
 * somebody on this node listens to it, and one for changes of rights. What this node publishes
 * reaches its own listeners at once, and the other nodes through Redis; its own echo is dropped.
 *
 * <p>Redis may be away at any time, from the start on: then {@link #isConnected} is false, other
 * nodes' messages come from the log by the hub's sweep, and signals that nobody logs stay on their
 * node. Everything is signed with the cluster's key, and what is not is dropped.
 */
public final class RedisBus implements Bus {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

  /** A ping goes out every second, so that long without a word means that the link is dead. */
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(4);

  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration MAX_RETRY = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final RedisChannels channels;
  private final NodeId node;
  private final ClusterKey key;
  private final Workers workers;
  private final BusMeters meters;
  private final RedisPublisher publisher;
  private volatile BusListener listener;
  private volatile RedisSubscriber subscriber;

  /**
   * Connects when somebody {@link #listen}s.
   *
   * @param prefix of all channels in Redis
   */
  RedisBus(
      RedisAddress address,
      String prefix,
      NodeId node,
      ClusterKey key,
      Workers workers,
      MeterRegistry registry) {
    this.address = address;
    this.channels = new RedisChannels(prefix);
    this.node = node;
    this.key = key;
    this.workers = workers;
    this.meters = new BusMeters(registry);
    this.publisher =
        new RedisPublisher(
            () -> link("carillon-out", ANSWER_TIMEOUT),
            channels,
            new BusEnvelope(node, key),
            meters);
    meters.connected(this::isConnected);
  }

  private RedisLink link(String name, Duration readTimeout) {
    return new RedisLink(address, name, CONNECT_TIMEOUT, readTimeout);
  }

  static Backoff newBackoff() {
    return new Backoff(FIRST_RETRY, MAX_RETRY);
  }

  @Override
  public void listen(BusListener newListener) {
    RedisSubscriber made =
        new RedisSubscriber(
            () -> link("carillon-in", SILENCE_TIMEOUT),
            channels,
            new BusEnvelope(node, key),
            meters,
            newListener);
    listener = newListener;
    subscriber = made;
    workers.start("carillon-bus-out", publisher::run);
    workers.start("carillon-bus-in", made::read);
    workers.start("carillon-bus-ask", made::ask);
  }

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    BusListener here = listener;
    for (ChannelEvent event : events) {
      if (here != null) {
        here.onEvent(event);
      }
      publisher.offer(event);
    }
  }

  @Override
  public void announce(RightsChange change) {
    BusListener here = listener;
    if (here != null) {
      here.onRightsChange(change);
    }
    publisher.offer(change);
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    return subscriber.subscribe(channel);
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    subscriber.unsubscribe(channel);
  }

  @Override
  public boolean isConnected() {
    RedisSubscriber current = subscriber;
    return current != null && current.isConnected() && publisher.isConnected();
  }

  /** Cuts the connections; the threads end with the node's workers. */
  void close() {
    publisher.cut();
    RedisSubscriber current = subscriber;
    if (current != null) {
      current.cut();
    }
  }
}
