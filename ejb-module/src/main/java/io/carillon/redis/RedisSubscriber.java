package io.carillon.redis;

import io.carillon.bus.BusListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * Hears what other nodes tell through one Redis server, over one connection. Which channels are
 * wanted is kept here and brought about by a thread of its own, so that nobody who asks for a
 * channel waits for the network, and a lost connection is nothing special: the next one is asked
 * for what is wanted by then. Another thread reads.
 *
 * <p>A channel that Redis does not confirm in time counts as heard all the same: the tail sweep
 * brings what is missed, and a client must not wait for Redis.
 *
 * <p>In a Redis Cluster the server may cease to have a channel's slot: it says so by itself where
 * the channel is heard, and else when it is asked for it. Then the channel waits here until it is
 * wanted from another server, and is asked for again now and then, since the slot may have come
 * back.
 */
final class RedisSubscriber {
  private static final Logger LOG = System.getLogger(RedisSubscriber.class.getName());
  private static final int MAX_CHANNELS_AT_ONCE = 500;
  private static final Duration MAX_CONFIRMATION = Duration.ofSeconds(1);
  private static final Duration PING_EVERY = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final boolean bySlot;
  private final Supplier<RedisLink> links;
  private final RedisServers servers;
  private final BusEnvelope envelope; // of the thread that reads
  private final BusMeters meters;
  private final BusListener listener;

  // Guarded by this.
  private final Map<String, Wanted> wanted = new HashMap<>();
  private final Set<String> dirty = new LinkedHashSet<>(); // to be asked for, or given up
  private final Map<String, Integer> asked = new HashMap<>(); // in the session, and their slots
  private final Map<String, Integer> givenUp = new HashMap<>(); // how often, without an answer yet
  private final Set<String> homeless = new HashSet<>(); // wanted, but the server has them no more
  private final List<Wanted> abandoned = new ArrayList<>(); // that somebody may wait for
  private final Set<String> awaited = new HashSet<>(); // to be heard before it may be compared
  private boolean behind; // something may have been missed that was not compared with the log
  private RedisPubSub session; // null while Redis is away
  private RedisLink link;
  private boolean isOfUse; // the session has brought about something
  private boolean ended;
  private long retriedAtNanos = System.nanoTime();

  private static final class Wanted {
    private final int slot;
    private final CompletableFuture<Void> heard = new CompletableFuture<>();
    private final long sinceNanos = System.nanoTime();

    Wanted(int slot) {
      this.slot = slot;
    }
  }

  /**
   * @param bySlot whether the server is a master of a Redis Cluster
   * @param links to the server
   * @param servers is told when there is something wrong with the server
   */
  RedisSubscriber(
      RedisAddress address,
      boolean bySlot,
      Supplier<RedisLink> links,
      RedisServers servers,
      BusEnvelope envelope,
      BusMeters meters,
      BusListener listener) {
    this.address = address;
    this.bySlot = bySlot;
    this.links = links;
    this.servers = servers;
    this.envelope = envelope;
    this.meters = meters;
    this.listener = listener;
  }

  /** Whether everything that is wanted is heard. */
  synchronized boolean isConnected() {
    return session != null && !behind;
  }

  /**
   * @param slot of the channel; any, where the server is no master of a Redis Cluster
   * @param isMissed whether the channel has been wanted before, but not here
   * @return completes when it is heard, or when nobody is to wait for that
   */
  synchronized CompletionStage<Void> want(String name, int slot, boolean isMissed) {
    Wanted want = wanted.computeIfAbsent(name, absent -> new Wanted(slot));
    if (session == null) {
      return CompletableFuture.completedFuture(null); // the next one asks for all
    }
    if (isMissed) {
      behind = true;
      awaited.add(name);
    }
    dirty.add(name);
    notifyAll();
    return want.heard;
  }

  synchronized void unwant(String name) {
    Wanted before = wanted.remove(name);
    homeless.remove(name);
    if (session != null) {
      dirty.add(name);
      notifyAll();
    }
    if (before != null && !before.heard.isDone()) {
      abandoned.add(before);
    }
  }

  // ---- the thread that reads

  /** Its loop; ends when it is interrupted, or after {@link #end}. */
  void read() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        boolean wasOfUse = false;
        try (RedisLink opened = links.get()) {
          if (!use(opened)) {
            return;
          }
          RedisPubSub begun = new RedisPubSub(opened, bySlot);
          begun.ping();
          begun.read();
          begun(begun);
          listen(begun); // until the connection breaks
        } catch (RuntimeException e) { // JedisException, or whatever it throws at nonsense
          wasOfUse = isOfUse();
          if (wasOfUse) {
            LOG.log(
                Level.WARNING,
                "The connection to {0} is lost; until it is back, other nodes'' messages come by"
                    + " the sweep: {1}",
                address,
                e.getMessage());
          }
        } finally {
          lost();
        }
        if (hasEnded()) {
          return;
        }
        servers.doubt(address);
        if (wasOfUse) {
          backoff.succeeded();
        }
        backoff.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean use(RedisLink opened) {
    link = opened;
    return !ended;
  }

  private synchronized boolean isOfUse() {
    return isOfUse;
  }

  private synchronized boolean hasEnded() {
    return ended;
  }

  private void begun(RedisPubSub begun) {
    boolean complete;
    synchronized (this) {
      session = begun;
      dirty.addAll(wanted.keySet());
      awaited.addAll(wanted.keySet());
      behind = true;
      complete = catchesUp();
      isOfUse = complete;
      notifyAll();
    }
    LOG.log(Level.INFO, "{0} brings what other nodes tell", address);
    meters.reconnected();
    if (complete) {
      reconnected();
    }
  }

  /** Whether all is heard again that was not, so that what was missed can be found. Locked. */
  private boolean catchesUp() {
    boolean complete = behind && session != null && awaited.isEmpty();
    if (complete) {
      behind = false;
    }
    return complete;
  }

  private void listen(RedisPubSub from) {
    while (true) {
      RedisPubSub.Heard heard;
      try {
        heard = from.read();
      } catch (JedisMovedDataException e) {
        movedAway(e);
        continue;
      }
      switch (heard.kind()) {
        case MESSAGE -> received(heard.message());
        case SUBSCRIBED -> confirmed(heard.channel());
        case UNSUBSCRIBED -> unsubscribed(heard.channel());
        case PONG, OTHER -> {} // it lives
      }
    }
  }

  private void confirmed(String name) {
    Wanted want;
    boolean complete;
    synchronized (this) {
      want = wanted.get(name);
      awaited.remove(name);
      isOfUse = true;
      complete = catchesUp();
    }
    if (want != null) {
      want.heard.complete(null);
    }
    if (complete) {
      reconnected();
    }
  }

  private void unsubscribed(String name) {
    synchronized (this) {
      Integer times = givenUp.remove(name);
      if (times != null) {
        if (times > 1) {
          givenUp.put(name, times - 1);
        }
        return;
      }
      if (asked.remove(name) == null) {
        return;
      }
      loses(name);
    }
    servers.doubt(address); // which knows best who has the slot now
  }

  private void movedAway(JedisMovedDataException moved) {
    synchronized (this) {
      List<String> names =
          asked.entrySet().stream()
              .filter(entry -> entry.getValue() == moved.getSlot())
              .map(Map.Entry::getKey)
              .toList();
      for (String name : names) {
        asked.remove(name);
        loses(name);
      }
      givenUp.keySet().removeIf(name -> RedisMap.slotOf(name) == moved.getSlot());
    }
    servers.moved(moved.getSlot(), moved.getTargetNode(), address);
  }

  /** Locked. */
  private void loses(String name) {
    if (wanted.containsKey(name)) {
      homeless.add(name);
      awaited.add(name);
      behind = true;
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
      isOfUse = false;
      dirty.clear();
      asked.clear();
      givenUp.clear();
      homeless.clear();
      awaited.clear();
      waiting = List.copyOf(wanted.values());
    }
    waiting.forEach(want -> want.heard.complete(null));
  }

  // ---- the thread that asks

  /** Its loop; ends when it is interrupted, or after {@link #end}. */
  void ask() {
    try {
      while (!Thread.currentThread().isInterrupted() && !hasEnded()) {
        Round round = nextRound();
        round.settled.forEach(want -> want.heard.complete(null));
        if (round.complete) {
          reconnected();
        }
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

  /** What is to be said to Redis at once, by slots, and what is not to be waited for any more. */
  private record Round(
      RedisPubSub session,
      Map<Integer, List<String>> subscribe,
      Map<Integer, List<String>> unsubscribe,
      List<Wanted> settled,
      boolean complete) {}

  private synchronized Round nextRound() throws InterruptedException {
    long deadline = System.nanoTime() + PING_EVERY.toNanos();
    while (dirty.isEmpty() && !ended && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
    }
    long now = System.nanoTime();
    if (now - retriedAtNanos >= PING_EVERY.toNanos()) {
      retriedAtNanos = now;
      dirty.addAll(homeless);
    }
    Map<Integer, List<String>> subscribe = new LinkedHashMap<>();
    Map<Integer, List<String>> unsubscribe = new LinkedHashMap<>();
    List<Wanted> settled = late(now);
    settled.addAll(abandoned);
    abandoned.clear();
    var names = dirty.iterator();
    for (int i = 0; i < MAX_CHANNELS_AT_ONCE && names.hasNext(); i++) {
      String name = names.next();
      names.remove();
      Wanted want = wanted.get(name);
      if (want == null) {
        awaited.remove(name);
        Integer slot = asked.remove(name);
        if (slot != null) {
          givenUp.merge(name, 1, Integer::sum);
          unsubscribe.computeIfAbsent(slot, absent -> new ArrayList<>()).add(name);
        }
      } else if (asked.putIfAbsent(name, want.slot) == null || awaited.contains(name)) {
        homeless.remove(name);
        subscribe.computeIfAbsent(want.slot, absent -> new ArrayList<>()).add(name);
      } else {
        settled.add(want); // given up and wanted again before it was carried out
      }
    }
    return new Round(session, subscribe, unsubscribe, settled, catchesUp());
  }

  private List<Wanted> late(long now) {
    List<Wanted> late = new ArrayList<>();
    for (Wanted want : wanted.values()) {
      if (!want.heard.isDone() && now - want.sinceNanos > MAX_CONFIRMATION.toNanos()) {
        late.add(want);
      }
    }
    return late;
  }

  private void carryOut(Round round) {
    try {
      if (!round.unsubscribe.isEmpty()) {
        round.session.unsubscribe(groups(round.unsubscribe));
      }
      if (!round.subscribe.isEmpty()) {
        round.session.subscribe(groups(round.subscribe));
      }
      if (round.subscribe.isEmpty() && round.unsubscribe.isEmpty()) {
        round.session.ping(); // whose answer the reader waits for, so that a dead link is noticed
      }
    } catch (JedisException e) {
      cut(); // the reader notices, and begins anew
    }
  }

  /** Channels of one slot may be asked for together; without slots all of them. */
  private Collection<List<String>> groups(Map<Integer, List<String>> names) {
    return bySlot
        ? names.values()
        : List.of(names.values().stream().flatMap(List::stream).toList());
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

  /** Ends it for good. */
  void end() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    cut();
  }
}
