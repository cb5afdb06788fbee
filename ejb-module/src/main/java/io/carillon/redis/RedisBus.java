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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The bus between nodes, by Redis pub/sub: one Redis channel for each Carillon channel, heard while
 * somebody on this node listens to it, and one for changes of rights. What this node publishes
 * reaches its own listeners at once, and the other nodes through Redis; its own echo is dropped.
 *
 * <p>In a Redis Cluster this is sharded pub/sub: each channel goes through the master of its slot,
 * and each master has its own connections, queue and patience here, so that one that is away holds
 * up no other. When a slot moves, its channels follow, and what was missed comes from the log.
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

  private static final long MAX_DISPLACED_BYTES = 4 * 1024 * 1024;

  /** What comes later has been read from the log. */
  private static final Duration MAX_DISPLACED_TIME = Duration.ofSeconds(2);

  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration MAX_RETRY = Duration.ofSeconds(1);

  /** What a server has turned away, and when. */
  private record Displaced(RedisPublisher.Item item, long sinceNanos) {}

  /** What goes over one Redis server. */
  private record Link(RedisPublisher publisher, RedisSubscriber subscriber) {
    boolean isConnected() {
      return publisher.isConnected() && subscriber.isConnected();
    }

    void cut() {
      publisher.cut();
      subscriber.cut();
    }

    void end() {
      publisher.end();
      subscriber.end();
    }
  }

  /**
   * Which link leads where. Immutable.
   *
   * @param map empty until a Redis has been found
   */
  private record Routes(Optional<RedisMap> map, Map<RedisAddress, Link> links) {
    Routes {
      links = Map.copyOf(links);
    }

    int slotOf(String name) {
      return map.isPresent() && map.get().isCluster() ? RedisMap.slotOf(name) : 0;
    }

    /** Empty as long as there is no Redis for it. */
    Optional<Link> of(String name) {
      return map.flatMap(known -> known.of(slotOf(name))).map(links::get);
    }

    boolean areConnected() {
      return map.isPresent()
          && map.get().isComplete()
          && links.values().stream().allMatch(Link::isConnected);
    }
  }

  private final RedisServers servers;
  private final RedisChannels channels;
  private final NodeId node;
  private final ClusterKey key;
  private final Workers workers;
  private final BusMeters meters;
  private volatile BusListener listener;
  private volatile Routes routes = new Routes(Optional.empty(), Map.of()); // set with this locked

  // Guarded by this.
  private final Set<String> wanted = new HashSet<>();
  private final List<Displaced> displaced = new ArrayList<>();
  private long displacedBytes;
  private boolean closed;

  /**
   * Connects when somebody {@link #listen}s.
   *
   * @param prefix of all channels in Redis
   */
  RedisBus(
      RedisServers servers,
      String prefix,
      NodeId node,
      ClusterKey key,
      Workers workers,
      MeterRegistry registry) {
    this.servers = servers;
    this.channels = new RedisChannels(prefix);
    this.node = node;
    this.key = key;
    this.workers = workers;
    this.meters = new BusMeters(registry);
    this.wanted.add(channels.nameOfRights());
    meters.connected(this::isConnected);
  }

  static Backoff newBackoff() {
    return new Backoff(FIRST_RETRY, MAX_RETRY);
  }

  @Override
  public void listen(BusListener newListener) {
    listener = newListener;
    servers.watch(this::arrange);
  }

  // ---- which server has what

  private void arrange(RedisMap map) {
    List<Link> gone = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      Routes before = routes;
      Map<RedisAddress, Link> links = new HashMap<>();
      for (RedisAddress server : map.masters()) {
        Link link = before.links().get(server);
        links.put(server, link == null ? open(server, map.isCluster()) : link);
      }
      before
          .links()
          .forEach(
              (server, link) -> {
                if (!links.containsKey(server)) {
                  gone.add(link);
                }
              });
      routes = new Routes(Optional.of(map), links);
      for (String name : wanted) {
        Optional<Link> from = before.of(name);
        Optional<Link> to = routes.of(name);
        if (!from.equals(to)) {
          from.ifPresent(link -> link.subscriber().unwant(name));
          to.ifPresent(link -> link.subscriber().want(name, routes.slotOf(name), true));
        }
      }
      sendDisplaced();
    }
    gone.forEach(Link::end);
  }

  private synchronized void sendDisplaced() {
    long now = System.nanoTime();
    for (Displaced one : displaced) {
      Optional<Link> link =
          now - one.sinceNanos > MAX_DISPLACED_TIME.toNanos()
              ? Optional.empty()
              : routes.of(one.item.channel());
      link.ifPresentOrElse(to -> to.publisher().offer(one.item), () -> meters.unsent(1));
    }
    displaced.clear();
    displacedBytes = 0;
  }

  private Link open(RedisAddress server, boolean bySlot) {
    RedisPublisher publisher =
        new RedisPublisher(
            server,
            bySlot,
            () -> link(server, "carillon-out", ANSWER_TIMEOUT),
            servers,
            channels,
            new BusEnvelope(node, key),
            meters,
            this::displaced);
    RedisSubscriber subscriber =
        new RedisSubscriber(
            server,
            bySlot,
            () -> link(server, "carillon-in", SILENCE_TIMEOUT),
            servers,
            new BusEnvelope(node, key),
            meters,
            listener);
    workers.start("carillon-bus-out", publisher::run);
    workers.start("carillon-bus-in", subscriber::read);
    workers.start("carillon-bus-ask", subscriber::ask);
    return new Link(publisher, subscriber);
  }

  private static RedisLink link(RedisAddress server, String name, Duration readTimeout) {
    return new RedisLink(server, name, CONNECT_TIMEOUT, readTimeout);
  }

  // ---- the bus

  @Override
  public void publish(List<? extends ChannelEvent> events) {
    BusListener here = listener;
    for (ChannelEvent event : events) {
      if (here != null) {
        here.onEvent(event);
      }
      send(channels.nameOf(event.channel()), () -> BusEnvelope.item(event));
    }
  }

  @Override
  public void announce(RightsChange change) {
    BusListener here = listener;
    if (here != null) {
      here.onRightsChange(change);
    }
    send(channels.nameOfRights(), () -> BusEnvelope.item(change));
  }

  private void send(String name, Supplier<byte[]> item) {
    Optional<RedisPublisher> publisher =
        routes.of(name).map(Link::publisher).filter(RedisPublisher::isConnected);
    if (publisher.isPresent()) {
      publisher.get().offer(new RedisPublisher.Item(name, item.get()));
    } else {
      meters.unsent(1);
    }
  }

  /** For one more try, elsewhere; which may not be known yet. */
  private synchronized void displaced(RedisPublisher.Item item, RedisPublisher by) {
    Optional<RedisPublisher> publisher = routes.of(item.channel()).map(Link::publisher);
    if (publisher.isPresent() && publisher.get() != by) {
      publisher.get().offer(item);
    } else if (displacedBytes + item.bytes().length <= MAX_DISPLACED_BYTES) {
      displacedBytes += item.bytes().length;
      displaced.add(new Displaced(item, System.nanoTime()));
    } else {
      meters.unsent(1);
    }
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelKey channel) {
    String name = channels.nameOf(channel);
    synchronized (this) {
      wanted.add(name);
      Optional<Link> link = routes.of(name);
      return link.isPresent()
          ? link.get().subscriber().want(name, routes.slotOf(name), false)
          : CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public void unsubscribe(ChannelKey channel) {
    String name = channels.nameOf(channel);
    synchronized (this) {
      wanted.remove(name);
      routes.of(name).ifPresent(link -> link.subscriber().unwant(name));
    }
  }

  @Override
  public boolean isConnected() {
    return routes.areConnected();
  }

  /** Cuts the connections; the threads end with the node's workers. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    routes.links().values().forEach(Link::cut);
  }
}
