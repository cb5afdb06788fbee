package io.carillon.redis;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Sends what this node has to tell to Redis: one thread, one connection, whatever waits in one
 * round trip. While Redis is away nothing is kept for it: a message that comes late is worth
 * nothing, since other nodes have read it from the log by then. {@link #offer} never blocks.
 */
final class RedisPublisher {
  private static final Logger LOG = System.getLogger(RedisPublisher.class.getName());
  private static final int MAX_BATCH = 512;
  private static final int MAX_WAITING = 20_000;
  private static final long MAX_WAITING_BYTES = 32 * 1024 * 1024;
  private static final int RIGHTS_CHANGE_BYTES = 256;
  private static final Duration PROBE_AFTER = Duration.ofSeconds(1); // of silence

  private final Supplier<RedisLink> links;
  private final RedisChannels channels;
  private final BusEnvelope envelope; // of the thread that runs
  private final BusMeters meters;
  private final BlockingQueue<Object> waiting =
      new LinkedBlockingQueue<>(MAX_WAITING); // ChannelEvent or RightsChange
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile boolean connected;
  private volatile RedisLink link;

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
    add(event);
  }

  void offer(RightsChange change) {
    add(change);
  }

  private void add(Object item) {
    if (!connected) {
      meters.unsent(1);
    } else if (waitingBytes.addAndGet(weight(item)) > MAX_WAITING_BYTES || !waiting.offer(item)) {
      waitingBytes.addAndGet(-weight(item));
      meters.unsent(1);
    }
  }

  private static long weight(Object item) {
    return item instanceof ChannelEvent event ? event.weightBytes() : RIGHTS_CHANGE_BYTES;
  }

  /** The thread's loop; ends when it is interrupted. */
  void run() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (RedisLink opened = links.get()) {
          link = opened;
          opened.jedis().ping();
          connected = true;
          backoff.succeeded();
          sendAsItComes(opened);
        } catch (JedisException e) {
          if (connected) {
            LOG.log(Level.WARNING, "Redis takes no messages: {0}", e.getMessage());
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

  /** Has {@link #run} notice its interruption, whatever it waits for. */
  void cut() {
    RedisLink current = link;
    if (current != null) {
      current.cut();
    }
  }

  private void sendAsItComes(RedisLink opened) throws InterruptedException {
    List<Object> batch = new ArrayList<>(MAX_BATCH);
    while (true) {
      Object first = waiting.poll(PROBE_AFTER.toMillis(), TimeUnit.MILLISECONDS);
      if (first == null) {
        opened.jedis().ping();
        continue;
      }
      batch.add(first);
      waiting.drainTo(batch, MAX_BATCH - 1);
      waitingBytes.addAndGet(-batch.stream().mapToLong(RedisPublisher::weight).sum());
      try {
        send(opened, batch);
      } catch (JedisException e) {
        meters.unsent(batch.size()); // or sent without an answer: others drop what they have
        throw e;
      }
      meters.sent(batch.size());
      batch.clear();
    }
  }

  private void send(RedisLink opened, List<Object> batch) {
    // Order counts within a channel only.
    Map<ChannelKey, List<ChannelEvent>> events = new LinkedHashMap<>();
    Pipeline pipeline = opened.jedis().pipelined();
    for (Object item : batch) {
      if (item instanceof ChannelEvent event) {
        events.computeIfAbsent(event.channel(), channel -> new ArrayList<>(1)).add(event);
      } else if (item instanceof RightsChange change) {
        pipeline.publish(channels.ofRights(), envelope.encode(change));
      }
    }
    events.forEach(
        (channel, list) -> pipeline.publish(channels.of(channel), envelope.encode(list)));
    pipeline.sync();
  }

  private void discard() {
    List<Object> rest = new ArrayList<>();
    waiting.drainTo(rest);
    waitingBytes.addAndGet(-rest.stream().mapToLong(RedisPublisher::weight).sum());
    meters.unsent(rest.size());
  }
}
