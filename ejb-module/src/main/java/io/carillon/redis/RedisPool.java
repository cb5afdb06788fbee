package io.carillon.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A few connections for questions that somebody waits for. Nobody waits long: where all of them are
 * in use, or Redis has just failed, there is no answer, and the caller does without. Any thread.
 */
final class RedisPool implements AutoCloseable {
  /** After a failure nobody asks for that long, so that a Redis that hangs holds up few. */
  private static final Duration REST = Duration.ofSeconds(1);

  private final Supplier<RedisLink> links;
  private final int maxLinks;
  private final LongSupplier nanoClock;

  // Guarded by this.
  private final Deque<RedisLink> idle = new ArrayDeque<>();
  private int inUse;
  private boolean closed;
  private long restUntilNanos;
  private boolean resting;

  /**
   * @param links that give up soon
   * @param nanoClock like {@link System#nanoTime}
   */
  RedisPool(Supplier<RedisLink> links, int maxLinks, LongSupplier nanoClock) {
    this.links = links;
    this.maxLinks = maxLinks;
    this.nanoClock = nanoClock;
  }

  /**
   * Asks Redis, on the caller's thread.
   *
   * @param <T> of the answer
   * @return empty where Redis could not be asked, or did not answer
   */
  <T> Optional<T> ask(Function<Jedis, T> question) {
    if (!begin()) {
      return Optional.empty();
    }
    RedisLink link = null;
    boolean usable = false;
    try {
      link = link();
      T answer = question.apply(link.jedis());
      usable = true;
      return Optional.of(answer);
    } catch (JedisException e) {
      usable = !(e instanceof JedisConnectionException);
      rest();
      return Optional.empty();
    } finally {
      end(link, usable);
    }
  }

  private synchronized boolean begin() {
    if (closed || isResting() || inUse >= maxLinks) {
      return false;
    }
    inUse++;
    return true;
  }

  private RedisLink link() {
    RedisLink link;
    synchronized (this) {
      link = idle.poll();
    }
    return link == null ? links.get() : link;
  }

  private boolean isResting() {
    if (resting && nanoClock.getAsLong() - restUntilNanos >= 0) {
      resting = false;
    }
    return resting;
  }

  private synchronized void rest() {
    resting = true;
    restUntilNanos = nanoClock.getAsLong() + REST.toNanos();
  }

  private void end(RedisLink link, boolean usable) {
    boolean kept;
    synchronized (this) {
      inUse--;
      kept = usable && !closed;
      if (kept) {
        idle.push(link);
      }
    }
    if (!kept && link != null) {
      link.close();
    }
  }

  @Override
  public void close() {
    Deque<RedisLink> open;
    synchronized (this) {
      closed = true;
      open = new ArrayDeque<>(idle);
      idle.clear();
    }
    open.forEach(RedisLink::close);
  }
}
