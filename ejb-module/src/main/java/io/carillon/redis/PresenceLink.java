package io.carillon.redis;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * One connection for scripts, opened when it is needed and again after it broke. A caller waits for
 * the one before it, for a second at most; just after a failure nobody waits at all.
 */
final class PresenceLink implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  /** All of a call together: a write that blocks has no other limit. */
  private static final Duration MAX_CALL = Duration.ofMillis(1_500);

  /** After a failure, so that a Redis which hangs holds up few. */
  private static final Duration REST = Duration.ofMillis(500);

  /** A connection that was closed long ago says so at once, and another is tried. */
  private static final Duration BROKEN_BEFORE = Duration.ofMillis(200);

  private final Supplier<RedisLink> links;
  private final ReentrantLock lock = new ReentrantLock(true);
  private boolean hasFailed; // guarded by the lock, as is the next
  private long failedAtNanos;
  private volatile RedisLink link;
  private volatile long calledAtNanos;
  private volatile boolean busy;
  private volatile boolean closed;

  /**
   * @param links each of them connects within about a second, and waits that long for an answer
   */
  PresenceLink(Supplier<RedisLink> links) {
    this.links = links;
  }

  /**
   * Calls scripts in one round trip, two where Redis has to be given them.
   *
   * @return their answers, in order
   * @throws RealtimeException with {@code OVERLOADED} if Redis does not answer; they may have run
   *     nevertheless
   */
  List<Object> run(List<PresenceScript.Call> calls) {
    try {
      if (!lock.tryLock(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw away(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    }
    try {
      if (closed || hasFailed && System.nanoTime() - failedAtNanos < REST.toNanos()) {
        throw away(null);
      }
      List<Object> answers = runLocked(calls);
      hasFailed = false;
      return answers;
    } catch (JedisException e) {
      hasFailed = true;
      failedAtNanos = System.nanoTime();
      throw away(e);
    } finally {
      lock.unlock();
    }
  }

  private static RealtimeException away(Exception cause) {
    return new RealtimeException(ErrorCode.OVERLOADED, "presence", cause);
  }

  private List<Object> runLocked(List<PresenceScript.Call> calls) {
    boolean reused = link != null;
    long began = System.nanoTime();
    try {
      return send(calls);
    } catch (JedisConnectionException e) {
      if (!reused || System.nanoTime() - began > BROKEN_BEFORE.toNanos()) {
        throw e;
      }
      return send(calls); // twice does no harm: see RedisPresenceStore
    }
  }

  private List<Object> send(List<PresenceScript.Call> calls) {
    boolean done = false;
    calledAtNanos = System.nanoTime();
    busy = true;
    try {
      if (link == null) {
        link = links.get();
      }
      List<Object> answers = send(link.jedis(), calls);
      done = true;
      return answers;
    } finally {
      busy = false;
      if (!done) {
        drop();
      }
    }
  }

  private static List<Object> send(Jedis jedis, List<PresenceScript.Call> calls) {
    List<Object> answers = new ArrayList<>(pipeline(jedis, calls));
    Set<PresenceScript> unknown = EnumSet.noneOf(PresenceScript.class);
    List<PresenceScript.Call> again = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      if (answers.get(i) instanceof JedisNoScriptException) {
        unknown.add(calls.get(i).script());
        again.add(calls.get(i));
      }
    }
    if (again.isEmpty()) {
      return answers;
    }
    for (PresenceScript script : unknown) {
      jedis.scriptLoad(script.lua());
    }
    List<Object> late = pipeline(jedis, again);
    for (int i = 0, next = 0; i < calls.size(); i++) {
      if (answers.get(i) instanceof JedisNoScriptException) {
        if (late.get(next) instanceof JedisNoScriptException e) {
          throw e;
        }
        answers.set(i, late.get(next++));
      }
    }
    return answers;
  }

  /** Answers, with the failure in place of the answer of an unknown script. */
  private static List<Object> pipeline(Jedis jedis, List<PresenceScript.Call> calls) {
    List<Response<Object>> responses = new ArrayList<>(calls.size());
    Pipeline pipeline = jedis.pipelined();
    for (PresenceScript.Call call : calls) {
      responses.add(pipeline.evalsha(call.script().sha1(), call.keys(), call.arguments()));
    }
    pipeline.sync();
    List<Object> answers = new ArrayList<>(calls.size());
    for (Response<Object> response : responses) {
      try {
        answers.add(response.get());
      } catch (JedisNoScriptException e) {
        answers.add(e);
      }
    }
    return answers;
  }

  private void drop() {
    RedisLink broken = link;
    link = null;
    if (broken != null) {
      broken.close();
    }
  }

  /** Ends a call that takes too long; to be called often, by any thread. */
  void cutLate() {
    RedisLink current = link;
    if (current != null && busy && System.nanoTime() - calledAtNanos > MAX_CALL.toNanos()) {
      current.cut();
    }
  }

  /** Ends a call that goes on, and allows no more; by any thread. */
  @Override
  public void close() {
    closed = true;
    RedisLink current = link;
    if (current != null) {
      current.cut();
    }
  }
}
