package io.carillon.redis;

import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
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
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Sends what this node has to tell to Redis: one thread, one connection, whatever waits in one
 * round trip. While Redis is away nothing is kept for it: a message that comes late is worth
 * nothing, since other nodes have read it from the log by then. A Redis that answers with errors,
 * because it lets us publish nothing or is busy, counts as away. {@link #offer} never blocks.
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

  private final Supplier<RedisLink> links;
  private final RedisChannels channels;
  private final BusEnvelope envelope; // of the thread that runs
  private final BusMeters meters;
  private final BlockingQueue<Item> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final AtomicLong waitingBytes = new AtomicLong(); // with those that are being sent
  private volatile boolean connected;
  private volatile RedisLink link;
  private String told; // of the thread that runs: why Redis was away the last time

  /**
   * What waits is written down already: so its size is known, and it is written once.
   *
   * @param channel in Redis
   */
  private record Item(String channel, byte[] bytes) {}

  /** What Redis is told at once, and has answered once the round trip is over. */
  private record Sent(int items, Response<Long> answer) {}

  RedisPublisher(
      Supplier<RedisLink> links, RedisChannels channels, BusEnvelope envelope, BusMeters meters) {
    this.links = links;
    this.channels = channels;
    this.envelope = envelope;
    this.meters = meters;
  }

  boolean isConnected() {
    return connected;
  }

  void offer(ChannelEvent event) {
    if (connected) {
      add(new Item(channels.nameOf(event.channel()), BusEnvelope.item(event)));
    } else {
      meters.unsent(1);
    }
  }

  void offer(RightsChange change) {
    if (connected) {
      add(new Item(channels.nameOfRights(), BusEnvelope.item(change)));
    } else {
      meters.unsent(1);
    }
  }

  private void add(Item item) {
    if (waitingBytes.addAndGet(item.bytes.length) > MAX_WAITING_BYTES || !waiting.offer(item)) {
      waitingBytes.addAndGet(-item.bytes.length);
      meters.unsent(1);
    }
  }

  /** The thread's loop; ends when it is interrupted. */
  void run() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (RedisLink opened = links.get()) {
          link = opened;
          // Not a ping, which a Redis answers that refuses everything else. Nobody listens there.
          opened.jedis().publish(channels.ofProbes(), new byte[0]);
          connected = true;
          backoff.succeeded();
          sendAsItComes(opened);
        } catch (JedisException e) {
          tell(e);
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

  /** Each reason once until there is another one, or Redis is back. */
  private void tell(JedisException reason) {
    if (connected || !Objects.equals(told, reason.getMessage())) {
      LOG.log(Level.WARNING, "Redis takes no messages: {0}", reason.getMessage());
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

  private void sendAsItComes(RedisLink opened) throws InterruptedException {
    List<Item> batch = new ArrayList<>(MAX_BATCH);
    while (true) {
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
    try {
      // Order counts within a channel only.
      Map<String, List<byte[]>> byChannel = new LinkedHashMap<>();
      for (Item item : batch) {
        byChannel.computeIfAbsent(item.channel, name -> new ArrayList<>(1)).add(item.bytes);
      }
      List<Sent> sent = new ArrayList<>(byChannel.size());
      Pipeline pipeline = opened.jedis().pipelined();
      List<byte[]> changes = byChannel.remove(channels.nameOfRights());
      if (changes != null) { // before whatever somebody may hear no more
        publish(pipeline, channels.nameOfRights(), changes, sent);
      }
      byChannel.forEach((channel, items) -> publish(pipeline, channel, items, sent));
      pipeline.sync();
      for (Sent envelope : sent) {
        envelope.answer.get(); // throws what Redis refused it for
        taken += envelope.items;
      }
    } finally {
      meters.sent(taken);
      meters.unsent(batch.size() - taken); // or sent without an answer: others drop what they have
    }
  }

  /** In as many envelopes as it takes. */
  private void publish(Pipeline pipeline, String channel, List<byte[]> items, List<Sent> sent) {
    byte[] name = RedisChannels.bytes(channel);
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < items.size(); i++) {
      int more = items.get(i).length;
      if (i > from && bytes + more > ENVELOPE_BYTES) {
        sent.add(new Sent(i - from, pipeline.publish(name, envelope.seal(items.subList(from, i)))));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
    byte[] last = envelope.seal(items.subList(from, items.size()));
    sent.add(new Sent(items.size() - from, pipeline.publish(name, last)));
  }

  private void discard() {
    List<Item> rest = new ArrayList<>();
    waiting.drainTo(rest);
    waitingBytes.addAndGet(-bytes(rest));
    meters.unsent(rest.size());
  }
}
