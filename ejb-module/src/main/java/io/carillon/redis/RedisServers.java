package io.carillon.redis;

import io.carillon.node.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Finds out whether an address is one Redis or belongs to a Redis Cluster, and follows which master
 * of the cluster has which slot. A thread of its own asks: until somebody answers, then every few
 * seconds, and soon after somebody says that something is not where it was thought to be. A single
 * Redis is asked once: what it is does not change while the node runs.
 *
 * <p>A server may tell what is out of date, since the members of a cluster learn of a move one
 * after the other. Hence the same one is asked again as long as it answers, unless somebody has
 * named one that knows better; and whoever is turned away says so, until all know.
 *
 * <p>Any thread.
 */
final class RedisServers {
  private static final Logger LOG = System.getLogger(RedisServers.class.getName());
  private static final Duration TIMEOUT = Duration.ofSeconds(1); // to connect, and for an answer
  private static final Duration ASK_EVERY = Duration.ofSeconds(5);
  private static final Duration ASK_AT_MOST_EVERY = Duration.ofMillis(100);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  /** Each has a connection and threads of its own. */
  private static final int MAX_MASTERS = 100;

  private static final int MAX_REPLICAS = 200;

  /** That a server does not know the answer, or has none that can be used. */
  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(String message) {
      super(message, null, false, false);
    }
  }

  private final List<RedisAddress> seeds;

  // Guarded by this.
  private final Map<Consumer<RedisMap>, RedisMap> told = new HashMap<>();
  private RedisMap map; // null until somebody has answered
  private boolean hasAsked;
  private boolean doubted;
  private RedisAddress hint; // who knows best, or has answered last; null for nobody
  private long askedAtNanos;
  private boolean hasLogged;
  private long loggedAtNanos;

  private RedisServers(List<RedisAddress> seeds) {
    this.seeds = List.copyOf(seeds);
  }

  /**
   * Begins to ask.
   *
   * @param seeds one Redis, or some servers of one Redis Cluster
   */
  static RedisServers open(List<RedisAddress> seeds, Workers workers) {
    RedisServers made = new RedisServers(seeds);
    workers.start("carillon-redis-servers", made::run);
    return made;
  }

  /** Empty until somebody has answered. */
  synchronized Optional<RedisMap> current() {
    return Optional.ofNullable(map);
  }

  /** As {@link #current}, but waits while nobody has been asked yet. */
  synchronized Optional<RedisMap> current(Duration max) {
    long deadline = System.nanoTime() + max.toNanos();
    try {
      while (!hasAsked && System.nanoTime() < deadline) {
        TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return current();
  }

  /** Tells somebody what is known, and whatever changes; all of it by the same thread, in order. */
  synchronized void watch(Consumer<RedisMap> watcher) {
    told.put(watcher, null);
    notifyAll();
  }

  /** A server is away, or has no longer what it had. */
  synchronized void doubt(RedisAddress server) {
    doubted = true;
    hint = server;
    notifyAll();
  }

  /**
   * A server has said that another one has a slot.
   *
   * @param target with an empty host: the same as the server's
   */
  void moved(int slot, HostAndPort target, RedisAddress by) {
    String host =
        target.getHost() == null || target.getHost().isEmpty() ? by.host() : target.getHost();
    RedisAddress to = by.of(host, target.getPort());
    synchronized (this) {
      if (map == null || !map.isCluster() || slot < 0 || slot >= RedisMap.SLOTS) {
        return;
      }
      if (!map.of(slot).equals(Optional.of(to))) {
        RedisMap changed = map.moved(slot, to);
        if (changed.masters().size() <= MAX_MASTERS) {
          map = changed;
        }
      }
      doubt(to);
    }
  }

  // ---- the thread that asks

  private void run() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        tell();
        if (!awaitNext()) {
          continue;
        }
        if (ask()) {
          backoff.succeeded();
        } else {
          tell();
          backoff.await();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() {
    Map<Consumer<RedisMap>, RedisMap> news = new HashMap<>();
    synchronized (this) {
      RedisMap current = map;
      if (current != null) {
        told.replaceAll(
            (watcher, known) -> {
              if (!current.equals(known)) {
                news.put(watcher, current);
              }
              return current;
            });
      }
    }
    news.forEach(RedisServers::tell);
  }

  private static void tell(Consumer<RedisMap> watcher, RedisMap map) {
    try {
      watcher.accept(map);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "Not everybody could be told which Redis servers there are", e);
    }
  }

  /**
   * @return whether somebody is to be asked now; otherwise there may be something to tell
   */
  private synchronized boolean awaitNext() throws InterruptedException {
    if (map == null) {
      return true;
    }
    if (told.values().stream().anyMatch(known -> !map.equals(known))) {
      return false;
    }
    if (!map.isCluster()) {
      TimeUnit.NANOSECONDS.timedWait(this, ASK_EVERY.toNanos()); // for somebody to tell
      return false;
    }
    long wait =
        askedAtNanos + (doubted ? ASK_AT_MOST_EVERY : ASK_EVERY).toNanos() - System.nanoTime();
    if (wait <= 0) {
      return true;
    }
    TimeUnit.NANOSECONDS.timedWait(this, wait);
    return false;
  }

  /**
   * @return whether somebody has answered
   */
  private boolean ask() {
    Set<RedisAddress> servers = new LinkedHashSet<>();
    RedisMap before;
    synchronized (this) {
      doubted = false;
      askedAtNanos = System.nanoTime();
      before = map;
      if (hint != null) {
        servers.add(hint);
      }
    }
    if (before != null) {
      List<RedisAddress> masters = new ArrayList<>(before.masters());
      Collections.shuffle(masters); // what one does not know another one may
      servers.addAll(masters);
      servers.addAll(before.replicas());
    }
    servers.addAll(seeds);
    String failure = "";
    for (RedisAddress server : servers) {
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
      try {
        answered(server, before, ask(server, before));
        return true;
      } catch (RuntimeException | UnusableException e) { // JedisException, or at nonsense any other
        failure = server + ": " + e.getMessage();
      }
    }
    failed(failure);
    return false;
  }

  private synchronized void answered(RedisAddress by, RedisMap before, RedisMap answer) {
    hasAsked = true;
    notifyAll();
    if (Objects.equals(map, before)) { // or somebody has been told better meanwhile
      map = answer;
      hint = by;
    }
    if (before == null || !answer.masters().equals(before.masters())) {
      LOG.log(Level.INFO, "Found: {0}", answer);
    }
    if (before == null && answer.isCluster() && seeds.get(0).database() > 0) {
      LOG.log(
          Level.WARNING,
          "CARILLON_REDIS_URL names another database than 0, which a Redis Cluster does not have:"
              + " 0 is used");
    }
  }

  private synchronized void failed(String failure) {
    hasAsked = true;
    notifyAll();
    long now = System.nanoTime();
    if (!hasLogged || now - loggedAtNanos > LOG_EVERY.toNanos()) {
      hasLogged = true;
      loggedAtNanos = now;
      LOG.log(
          Level.WARNING,
          "No Redis says which servers there are, which is asked again: {0}",
          failure);
    }
  }

  private RedisMap ask(RedisAddress server, RedisMap before) throws UnusableException {
    RedisAddress first = server.of(server.host(), server.port()); // a cluster has no other database
    try (RedisLink link = new RedisLink(first, "carillon-servers", TIMEOUT, TIMEOUT)) {
      if (!isMember(link)) {
        if (seeds.size() > 1 || before != null) {
          throw new UnusableException("no member of a Redis Cluster, as others are");
        }
        return RedisMap.ofSingle(seeds.get(0));
      }
      return read(link.jedis().clusterSlots(), server);
    }
  }

  private boolean isMember(RedisLink link) {
    try {
      return link.jedis().info("cluster").contains("cluster_enabled:1");
    } catch (JedisDataException e) {
      boolean mayNotAsk = e.getMessage().startsWith("NOPERM") || e.getMessage().startsWith("ERR");
      if (!mayNotAsk) {
        throw e;
      }
      return seeds.size() > 1; // what was meant, then
    }
  }

  /** Reads an answer of CLUSTER SLOTS: first slot, last slot, master, replicas; again and again. */
  private RedisMap read(List<Object> answer, RedisAddress asked) throws UnusableException {
    RedisAddress[] bySlot = new RedisAddress[RedisMap.SLOTS];
    Set<RedisAddress> masters = new LinkedHashSet<>();
    Set<RedisAddress> replicas = new LinkedHashSet<>();
    try {
      for (Object part : answer) {
        List<?> range = (List<?>) part;
        int from = ((Long) range.get(0)).intValue();
        int to = ((Long) range.get(1)).intValue();
        Optional<RedisAddress> master = server(range.get(2), asked);
        for (int slot = from; slot <= to; slot++) {
          bySlot[slot] = master.orElse(null);
        }
        master.ifPresent(masters::add);
        for (int i = 3; i < range.size() && replicas.size() < MAX_REPLICAS; i++) {
          server(range.get(i), asked).ifPresent(replicas::add);
        }
      }
    } catch (ClassCastException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new UnusableException("an answer to CLUSTER SLOTS that is not understood");
    }
    if (masters.isEmpty()) {
      throw new UnusableException("a member of a Redis Cluster that knows of no slots");
    }
    if (masters.size() > MAX_MASTERS) {
      throw new UnusableException("a Redis Cluster of more than " + MAX_MASTERS + " masters");
    }
    return RedisMap.ofCluster(bySlot, List.copyOf(replicas));
  }

  /** Without a host it is the one that was asked; a host that the cluster does not know is "?". */
  private static Optional<RedisAddress> server(Object text, RedisAddress asked) {
    List<?> parts = (List<?>) text;
    byte[] bytes = (byte[]) parts.get(0);
    String host = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    int port = ((Long) parts.get(1)).intValue();
    if (host.equals("?")) {
      return Optional.empty();
    }
    return Optional.of(asked.of(host.isEmpty() ? asked.host() : host, port));
  }
}
