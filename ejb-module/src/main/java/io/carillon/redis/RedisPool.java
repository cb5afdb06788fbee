package io.carillon.redis;

import io.carillon.node.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * A few connections for scripts whose answers somebody waits for, opened when they are needed. A
 * caller waits so long at most for a connection to be free, and so long for the answer; after a
 * failure nobody waits at all, until a thread of the pool's own has had an answer.
 *
 * <p>All keys are on one Redis server. In a Redis Cluster that is the master of the slot that they
 * share, whichever it is at the time; while the slot is on its way to another one, calls fail.
 *
 * <p>Any thread.
 */
final class RedisPool implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RedisPool.class.getName());
  private static final Duration CUT_EVERY = Duration.ofMillis(100);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  /** One connection that somebody uses. */
  private static final class Use {
    final long beganNanos = System.nanoTime();
    final RedisLink link;

    Use(RedisLink link) {
      this.link = link;
    }
  }

  /**
   * Where the keys are, and how they are called there.
   *
   * @param isCluster whether the server is a master of a Redis Cluster
   */
  private record Place(RedisAddress server, boolean isCluster) {}

  private final RedisServers servers;
  private final RedisKeys keys;
  private final String name;
  private final Duration timeout;
  private final Semaphore free;

  // Guarded by this.
  private final Deque<RedisLink> idle = new ArrayDeque<>();
  private final Set<Use> used = new HashSet<>();
  private boolean away;
  private boolean closed;
  private boolean hasLogged;
  private long loggedAtNanos;

  private RedisPool(
      RedisServers servers, RedisKeys keys, String name, int maxLinks, Duration timeout) {
    this.servers = servers;
    this.keys = keys;
    this.name = name;
    this.timeout = timeout;
    this.free = new Semaphore(maxLinks, true);
  }

  /**
   * @param keys completes the names of keys in calls
   * @param name of the connections, and of the thread
   * @param timeout of each wait: for a free connection, for a new one to be made, and for an answer
   *     of Redis
   */
  static RedisPool open(
      RedisServers servers,
      RedisKeys keys,
      String name,
      int maxLinks,
      Duration timeout,
      Workers workers) {
    RedisPool pool = new RedisPool(servers, keys, name, maxLinks, timeout);
    workers.every(CUT_EVERY, pool::cutLate);
    workers.start(name, pool::watch);
    return pool;
  }

  /**
   * Calls scripts in one round trip; in three where Redis has to be given them. It may call them
   * twice.
   *
   * @return their answers, in order; empty where Redis could not be asked, or did not answer: they
   *     may have run nevertheless
   */
  Optional<List<Object>> run(List<RedisScript.Call> calls) {
    if (isAway() || servers.current(timeout).isEmpty()) {
      return Optional.empty();
    }
    try {
      if (!free.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      return isAway() ? Optional.empty() : Optional.of(callWhereTheKeysAre(calls));
    } catch (JedisException e) {
      failed(e);
      return Optional.empty();
    } finally {
      free.release();
    }
  }

  private synchronized boolean isAway() {
    return away || closed;
  }

  private List<Object> callWhereTheKeysAre(List<RedisScript.Call> calls) {
    Place place = place();
    try {
      return callTwice(place, calls);
    } catch (JedisMovedDataException e) {
      servers.moved(e.getSlot(), e.getTargetNode(), place.server);
      closeIdle();
      return callTwice(place(), calls);
    }
  }

  private Place place() {
    RedisMap map = servers.current().orElseThrow(() -> new JedisException("no Redis was found"));
    RedisAddress server =
        map.of(keys.slot())
            .orElseThrow(() -> new JedisException("no master of the cluster has the slot"));
    return new Place(server, map.isCluster());
  }

  private List<Object> callTwice(Place place, List<RedisScript.Call> calls) {
    List<RedisScript.Call> named =
        calls.stream().map(call -> call.named(key -> keys.name(key, place.isCluster))).toList();
    RedisLink link = idleLink();
    if (link != null) {
      long began = System.nanoTime();
      try {
        return call(link, named);
      } catch (JedisConnectionException e) {
        // A connection that was closed long ago says so at once, and so do all that are idle.
        if (System.nanoTime() - began > timeout.toNanos() / 4) {
          throw e;
        }
        closeIdle();
      }
    }
    return call(newLink(place), named);
  }

  private synchronized RedisLink idleLink() {
    return idle.poll();
  }

  private RedisLink newLink(Place place) {
    return new RedisLink(place.server, name, timeout, timeout);
  }

  private List<Object> call(RedisLink link, List<RedisScript.Call> calls) {
    Use use = new Use(link);
    synchronized (this) {
      used.add(use);
    }
    boolean usable = false;
    try {
      List<Object> answers = RedisScript.run(link.jedis(), calls);
      usable = true;
      return answers;
    } finally {
      end(use, usable);
    }
  }

  private void end(Use use, boolean usable) {
    boolean kept;
    synchronized (this) {
      used.remove(use);
      kept = usable && !closed;
      if (kept) {
        idle.push(use.link);
      }
    }
    if (!kept) {
      use.link.close();
    }
  }

  private void closeIdle() {
    List<RedisLink> open;
    synchronized (this) {
      open = List.copyOf(idle);
      idle.clear();
    }
    open.forEach(RedisLink::close);
  }

  private void failed(JedisException e) {
    servers.current().ifPresent(map -> map.of(keys.slot()).ifPresent(servers::doubt));
    boolean logged;
    synchronized (this) {
      if (away || closed) {
        return;
      }
      away = true;
      notifyAll();
      long now = System.nanoTime();
      logged = !hasLogged || now - loggedAtNanos > LOG_EVERY.toNanos();
      if (logged) {
        hasLogged = true;
        loggedAtNanos = now;
      }
    }
    if (logged) {
      LOG.log(
          Level.WARNING,
          "Redis does not answer {0}, which does without: {1}",
          name,
          e.getMessage());
    }
  }

  // ---- the pool's own thread

  private void watch() {
    Backoff backoff = RedisBus.newBackoff();
    try {
      while (awaitFailure()) {
        backoff.await();
        if (answers()) {
          backoff.succeeded();
          back();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @return false when the pool is closed
   */
  private synchronized boolean awaitFailure() throws InterruptedException {
    while (!away && !closed) {
      wait();
    }
    return !closed;
  }

  private boolean answers() {
    closeIdle();
    try {
      Place place = place();
      try (RedisLink link = newLink(place)) {
        if (place.isCluster) {
          link.jedis().exists(keys.name("", true)); // fails where the slot is not, or not served
          return true;
        }
        return "PONG".equals(link.jedis().ping());
      } catch (JedisMovedDataException e) {
        servers.moved(e.getSlot(), e.getTargetNode(), place.server);
        return false;
      } catch (JedisException e) {
        servers.doubt(place.server);
        return false;
      }
    } catch (JedisException e) {
      return false; // there is no place
    }
  }

  private synchronized void back() {
    away = false;
  }

  /** A write that blocks has no other limit than this. */
  private void cutLate() {
    long now = System.nanoTime();
    List<Use> late = new ArrayList<>();
    synchronized (this) {
      for (Use use : used) {
        if (now - use.beganNanos > timeout.toNanos() * 3 / 2) {
          late.add(use);
        }
      }
    }
    late.forEach(use -> use.link.cut());
  }

  /** Ends calls that go on, and allows no more. */
  @Override
  public void close() {
    List<Use> running;
    synchronized (this) {
      closed = true;
      running = List.copyOf(used);
      notifyAll();
    }
    running.forEach(use -> use.link.cut());
    closeIdle();
  }
}
