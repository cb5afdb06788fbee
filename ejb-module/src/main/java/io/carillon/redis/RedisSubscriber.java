package io.carillon.redis;

import io.carillon.bus.BusListener;
import io.carillon.domain.channel.ChannelKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Hears what other nodes tell through Redis, over one connection. Which channels are wanted is kept
 * here and brought about by a thread of its own, so that nobody who asks for a channel waits for
 * the network, and a lost connection is nothing special: the next one is asked for what is wanted
 * by then. Another thread reads.
 *
 * <p>A channel that Redis does not confirm in time counts as heard all the same: the tail sweep
 * brings what is missed, and a client must not wait for Redis.
 */
final class RedisSubscriber {
  private static final Logger LOG = System.getLogger(RedisSubscriber.class.getName());
  private static final int MAX_CHANNELS_AT_ONCE = 500;
  private static final Duration MAX_CONFIRMATION = Duration.ofSeconds(1);
  private static final Duration PING_EVERY = Duration.ofSeconds(1);

  private final Supplier<RedisLink> links;
  private final byte[] rights;
  private final RedisChannels channels;
  private final BusEnvelope envelope; // of the thread that reads
  private final BusMeters meters;
  private final BusListener listener;

  // Guarded by this.
  private final Map<String, Wanted> wanted = new HashMap<>();
  private final Set<String> dirty = new LinkedHashSet<>(); // to be asked for, or given up
  private final Set<String> asked = new HashSet<>(); // in the session
  private final Set<String> awaited = new HashSet<>(); // before the session is as good as the last
  private Session session; // null while Redis is away
  private RedisLink link;

  private static final class Wanted {
    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private final long sinceNanos = System.nanoTime();
  }

  /** What one connection brings. Called by the thread that reads. */
  private final class Session extends BinaryJedisPubSub {
    @Override
    public void onSubscribe(byte[] channel, int count) {
      if (Arrays.equals(channel, rights)) {
        begun(this);
      } else {
        confirmed(this, RedisChannels.name(channel));
      }
    }

    @Override
    public void onMessage(byte[] channel, byte[] message) {
      received(message);
    }
  }

  RedisSubscriber(
      Supplier<RedisLink> links,
      RedisChannels channels,
      BusEnvelope envelope,
      BusMeters meters,
      BusListener listener) {
    this.links = links;
    this.channels = channels;
    this.rights = channels.ofRights();
    this.envelope = envelope;
    this.meters = meters;
    this.listener = listener;
  }

  synchronized boolean isConnected() {
    return session != null;
  }

  CompletionStage<Void> subscribe(ChannelKey channel) {
    String name = channels.nameOf(channel);
    boolean heard;
    Wanted want;
    synchronized (this) {
      want = wanted.computeIfAbsent(name, absent -> new Wanted());
      heard = session == null;
      if (!heard) {
        dirty.add(name);
        notifyAll();
      }
    }
    if (heard) {
      want.heard.complete(null);
    }
    return want.heard;
  }

  void unsubscribe(ChannelKey channel) {
    String name = channels.nameOf(channel);
    synchronized (this) {
      wanted.remove(name);
      if (session != null) {
        dirty.add(name);
        notifyAll();
      }
    }
  }

  // ---- the thread that reads

  /** Its loop; ends when it is interrupted. */
  void read() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (RedisLink opened = links.get()) {
          synchronized (this) {
            link = opened;
          }
          opened.jedis().subscribe(new Session(), rights); // until the connection breaks
        } catch (JedisException e) {
          if (isConnected()) {
            backoff.succeeded();
            LOG.log(
                Level.WARNING,
                "The connection to Redis is lost; until it is back, other nodes'' messages come by"
                    + " the sweep: {0}",
                e.getMessage());
          }
        } finally {
          lost();
        }
        backoff.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void begun(Session begun) {
    boolean complete;
    synchronized (this) {
      session = begun;
      asked.clear();
      dirty.clear();
      dirty.addAll(wanted.keySet());
      awaited.clear();
      awaited.addAll(wanted.keySet());
      complete = awaited.isEmpty();
      notifyAll();
    }
    LOG.log(Level.INFO, "Redis brings what other nodes tell");
    meters.reconnected();
    if (complete) {
      reconnected();
    }
  }

  private void confirmed(Session from, String name) {
    Wanted want;
    boolean complete;
    synchronized (this) {
      if (session != from) {
        return;
      }
      want = wanted.get(name);
      complete = awaited.remove(name) && awaited.isEmpty();
    }
    if (want != null) {
      want.heard.complete(null);
    }
    if (complete) {
      reconnected();
    }
  }

  private void reconnected() {
    try {
      listener.onReconnected();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "The bus is back, but not everybody could be told", e);
    }
  }

  private void received(byte[] message) {
    BusEnvelope.Content content;
    try {
      content = envelope.decode(message);
    } catch (BusEnvelope.RejectedException e) {
      meters.rejected(e.getMessage());
      return;
    }
    meters.received(content.events().size() + content.changes().size());
    // One that fails must not end the others, nor the reading.
    content.events().forEach(event -> guarded(() -> listener.onEvent(event)));
    content.changes().forEach(change -> guarded(() -> listener.onRightsChange(change)));
  }

  private static void guarded(Runnable handler) {
    try {
      handler.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "What another node told could not be handled; the rest is", e);
    }
  }

  private void lost() {
    List<Wanted> waiting;
    synchronized (this) {
      session = null;
      dirty.clear();
      asked.clear();
      awaited.clear();
      waiting = List.copyOf(wanted.values());
    }
    waiting.forEach(want -> want.heard.complete(null));
  }

  // ---- the thread that asks

  /** Its loop; ends when it is interrupted. */
  void ask() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Round round = nextRound();
        round.late.forEach(want -> want.heard.complete(null));
        if (round.session != null) {
          carryOut(round);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      cut(); // nobody keeps the connection alive any more, and the reader does not hear
      // interruptions
    }
  }

  /** What is to be said to Redis at once. */
  private record Round(
      Session session, List<String> subscribe, List<String> unsubscribe, List<Wanted> late) {}

  private synchronized Round nextRound() throws InterruptedException {
    long deadline = System.nanoTime() + PING_EVERY.toNanos();
    while (dirty.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
    }
    List<String> subscribe = new ArrayList<>();
    List<String> unsubscribe = new ArrayList<>();
    var names = dirty.iterator();
    for (int i = 0; i < MAX_CHANNELS_AT_ONCE && names.hasNext(); i++) {
      String name = names.next();
      names.remove();
      if (!wanted.containsKey(name)) {
        if (asked.remove(name)) {
          unsubscribe.add(name);
        }
        awaited.remove(name);
      } else if (asked.add(name)) {
        subscribe.add(name);
      } else {
        wanted
            .get(name)
            .heard
            .complete(null); // given up and wanted again before it was carried out
      }
    }
    return new Round(session, subscribe, unsubscribe, late());
  }

  private List<Wanted> late() {
    long now = System.nanoTime();
    return wanted.values().stream()
        .filter(want -> !want.heard.isDone())
        .filter(want -> now - want.sinceNanos > MAX_CONFIRMATION.toNanos())
        .toList();
  }

  private void carryOut(Round round) {
    try {
      if (!round.unsubscribe.isEmpty()) {
        round.session.unsubscribe(bytes(round.unsubscribe));
      }
      if (!round.subscribe.isEmpty()) {
        round.session.subscribe(bytes(round.subscribe));
      }
      if (round.subscribe.isEmpty() && round.unsubscribe.isEmpty()) {
        round.session.ping(); // whose answer the reader waits for, so that a dead link is noticed
      }
    } catch (JedisException e) {
      cut(); // the reader notices, and begins anew
    }
  }

  private static byte[][] bytes(List<String> names) {
    return names.stream().map(RedisChannels::bytes).toArray(byte[][]::new);
  }

  /** Ends the connection; {@link #read} opens the next one, or notices its interruption. */
  void cut() {
    RedisLink current;
    synchronized (this) {
      current = link;
    }
    if (current != null) {
      current.cut();
    }
  }
}
