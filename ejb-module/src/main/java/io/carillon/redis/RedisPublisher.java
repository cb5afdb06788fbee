package io.carillon.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * Sends what this node has to tell to one Redis server: one thread, one connection, whatever waits
 * in one round trip. While Redis is away nothing is kept for it: a message that comes late is worth
 * nothing, since other nodes have read it from the log by then. A Redis that answers with errors,
 * because it lets us publish nothing or is busy, counts as away; but one that has a slot of a Redis
 * Cluster no more gives back what was meant for that. {@link #offer} never blocks.
 */
final class RedisPublisher {
  private static final Logger LOG = System.getLogger(RedisPublisher.class.getName());
  private static final int MAX_BATCH = 512;
  private static final int MAX_WAITING = 20_000;
  private static final long MAX_WAITING_BYTES = 32 * 1024 * 1024; // as written for Redis

  /**
   * Of one envelope, unless a single message is larger: what one transaction stored for a channel
   * can be more than receivers take at once, and one that waits for less is done sooner.
   */
  private static final int ENVELOPE_BYTES = 1024 * 1024;

  private static final Duration PROBE_AFTER = Duration.ofSeconds(1); // of silence

  private final RedisAddress address;
  private final boolean bySlot;
  private final Supplier<RedisLink> links;
  private final RedisServers servers;
  private final RedisChannels channels;
  private final BusEnvelope envelope; // of the thread that runs
  private final BusMeters meters;
  private final Displaced displaced;
  private final BlockingQueue<Item> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final AtomicLong waitingBytes = new AtomicLong(); // with those that are being sent
  private volatile boolean connected;
  private volatile RedisLink link;
  private volatile boolean ended;
  private String told; // of the thread that runs: why Redis was away the last time

  /**
   * What waits is written down already: so its size is known, and it is written once.
   *
   * @param channel in Redis
   * @param isAnotherTry after a server had turned it away
   */
  record Item(String channel, byte[] bytes, boolean isAnotherTry) {
    Item(String channel, byte[] bytes) {
      this(channel, bytes, false);
    }
  }

  /** Gets what the server has turned away, since another one has the slot. */
  interface Displaced {
    void accept(Item item, RedisPublisher by);
  }

  /** What Redis is told at once, and has answered once the round trip is over. */
  private record Sent(List<Item> items, Response<?> answer) {}

  /**
   * @param bySlot whether the server is a master of a Redis Cluster
   * @param links to the server
   * @param servers is told when there is something wrong with the server
   */
  RedisPublisher(
      RedisAddress address,
      boolean bySlot,
      Supplier<RedisLink> links,
      RedisServers servers,
      RedisChannels channels,
      BusEnvelope envelope,
      BusMeters meters,
      Displaced displaced) {
    this.address = address;
    this.bySlot = bySlot;
    this.links = links;
    this.servers = servers;
    this.channels = channels;
    this.envelope = envelope;
    this.meters = meters;
    this.displaced = displaced;
  }

  boolean isConnected() {
    return connected;
  }

  void offer(Item item) {
    if (!connected) {
      meters.unsent(1);
    } else if (waitingBytes.addAndGet(item.bytes.length) > MAX_WAITING_BYTES
        || !waiting.offer(item)) {
      waitingBytes.addAndGet(-item.bytes.length);
      meters.unsent(1);
    }
  }

  /** The thread's loop; ends when it is interrupted, or soon after {@link #end}. */
  void run() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!ended && !Thread.currentThread().isInterrupted()) {
        try (RedisLink opened = links.get()) {
          link = opened;
          probe(opened);
          connected = true;
          backoff.succeeded();
          sendAsItComes(opened);
        } catch (JedisException e) {
          if (!ended) {
            tell(e);
            servers.doubt(address);
          }
        } finally {
          connected = false;
          discard();
        }
        backoff.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Not by a ping, which a Redis answers that refuses everything else. Nobody listens there. */
  private void probe(RedisLink opened) {
    try {
      Pipeline pipeline = opened.jedis().pipelined();
      Response<?> answer = publish(pipeline, channels.ofProbes(), new byte[0]);
      pipeline.sync();
      answer.get();
    } catch (JedisMovedDataException e) {
      return; // it would have refused first
    }
  }

  /** Each reason once until there is another one, or Redis is back. */
  private void tell(JedisException reason) {
    if (connected || !Objects.equals(told, reason.getMessage())) {
      LOG.log(Level.WARNING, "{0} takes no messages: {1}", address, reason.getMessage());
      told = reason.getMessage();
    }
  }

  /** Has {@link #run} notice its interruption, whatever it waits for. */
  void cut() {
    RedisLink current = link;
    if (current != null) {
      current.cut();
    }
  }

  /** Ends it for good, within a second or so. */
  void end() {
    ended = true;
    cut();
  }

  private void sendAsItComes(RedisLink opened) throws InterruptedException {
    List<Item> batch = new ArrayList<>(MAX_BATCH);
    while (!ended) {
      Item first = waiting.poll(PROBE_AFTER.toMillis(), TimeUnit.MILLISECONDS);
      if (first == null) {
        opened.jedis().ping();
        continue;
      }
      batch.add(first);
      waiting.drainTo(batch, MAX_BATCH - 1);
      try {
        send(opened, batch);
      } finally {
        waitingBytes.addAndGet(-bytes(batch));
      }
      batch.clear();
    }
  }

  private static long bytes(List<Item> items) {
    return items.stream().mapToLong(item -> item.bytes.length).sum();
  }

  private void send(RedisLink opened, List<Item> batch) {
    int taken = 0;
    List<Item> turnedAway = new ArrayList<>();
    try {
      // Order counts within a channel only.
      Map<String, List<Item>> byChannel = new LinkedHashMap<>();
      for (Item item : batch) {
        byChannel.computeIfAbsent(item.channel, name -> new ArrayList<>(1)).add(item);
      }
      List<Sent> sent = new ArrayList<>(byChannel.size());
      Pipeline pipeline = opened.jedis().pipelined();
      byChannel.forEach((channel, items) -> publish(pipeline, channel, items, sent));
      pipeline.sync();
      for (Sent envelope : sent) {
        try {
          envelope.answer.get(); // throws what Redis refused it for
          taken += envelope.items.size();
        } catch (JedisMovedDataException e) {
          servers.moved(e.getSlot(), e.getTargetNode(), address);
          envelope.items.stream().filter(item -> !item.isAnotherTry).forEach(turnedAway::add);
        }
      }
    } finally {
      meters.sent(taken);
      // Or sent without an answer: others drop what they have.
      meters.unsent(batch.size() - taken - turnedAway.size());
      turnedAway.forEach(item -> displaced.accept(new Item(item.channel, item.bytes, true), this));
    }
  }

  /** In as many envelopes as it takes. */
  private void publish(Pipeline pipeline, String channel, List<Item> items, List<Sent> sent) {
    byte[] name = RedisChannels.bytes(channel);
    int from = 0;
    int bytes = 0;
    for (int i = 0; i <= items.size(); i++) {
      boolean isOver = i == items.size();
      int more = isOver ? 0 : items.get(i).bytes.length;
      if (isOver || i > from && bytes + more > ENVELOPE_BYTES) {
        List<Item> part = items.subList(from, i);
        byte[] sealed = envelope.seal(part.stream().map(Item::bytes).toList());
        sent.add(new Sent(part, publish(pipeline, name, sealed)));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
  }

  private Response<?> publish(Pipeline pipeline, byte[] channel, byte[] message) {
    return bySlot
        ? pipeline.sendCommand(Protocol.Command.SPUBLISH, channel, message)
        : pipeline.publish(channel, message);
  }

  private void discard() {
    List<Item> rest = new ArrayList<>();
    waiting.drainTo(rest);
    waitingBytes.addAndGet(-bytes(rest));
    meters.unsent(rest.size());
  }
}
