package io.carillon.redis;

import io.carillon.node.Workers;
import io.carillon.security.UserPlaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the connections of a user over all nodes: each has a place in Redis, which its node
 * extends while it is open, so that the places of a node that dies end by themselves, and those
 * that Redis loses are there again with the next extension. While Redis is away every place is
 * granted: then a user may have as many on each node.
 *
 * <p>Any thread. One of this node extends places and gives them back.
 */
final class RedisUserPlaces implements UserPlaces, AutoCloseable {
  static final Duration LIFETIME = Duration.ofSeconds(60);
  private static final int MAX_RETURNED = 100_000; // that wait; others end by themselves
  private static final int BATCH = 500;

  /**
   * Extends places of one user, or adds them; but none, and the answer is 0, where that many others
   * are taken.
   */
  private static final RedisScript KEEP =
      new RedisScript(
          """
          local key, max, lifetime = KEYS[1], tonumber(ARGV[1]), ARGV[2]
          local time = redis.call('TIME')
          local now = time[1] * 1000 + math.floor(time[2] / 1000)
          redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
          if redis.call('ZCARD', key) >= max and not redis.call('ZSCORE', key, ARGV[3]) then
            return 0
          end
          for i = 3, #ARGV do
            redis.call('ZADD', key, now + lifetime, ARGV[i])
          end
          redis.call('PEXPIRE', key, lifetime)
          return 1
          """);

  private static final RedisScript GIVE_BACK =
      new RedisScript("return redis.call('ZREM', KEYS[1], unpack(ARGV))");

  private static final String UNLIMITED = Integer.toString(Integer.MAX_VALUE);

  /** One connection's place. */
  private record Place(String user, String id) {}

  private final RedisPool redis;
  private final String maxPerUser;
  private final Duration lifetime;
  private final String run = UUID.randomUUID() + ":";
  private final AtomicLong places = new AtomicLong();
  private final Map<String, Place> open = new ConcurrentHashMap<>(); // bounded by the node's limit
  private final BlockingQueue<Place> returned = new LinkedBlockingQueue<>(MAX_RETURNED);

  private RedisUserPlaces(RedisPool redis, int maxPerUser, Duration lifetime) {
    this.redis = redis;
    this.maxPerUser = Integer.toString(maxPerUser);
    this.lifetime = lifetime;
  }

  /**
   * @param maxPerUser this number included
   */
  static RedisUserPlaces open(RedisPool redis, int maxPerUser, Workers workers) {
    return open(redis, maxPerUser, workers, LIFETIME);
  }

  /**
   * @param lifetime of the places of a node that has died
   */
  static RedisUserPlaces open(RedisPool redis, int maxPerUser, Workers workers, Duration lifetime) {
    RedisUserPlaces made = new RedisUserPlaces(redis, maxPerUser, lifetime);
    workers.start("carillon-places", made::tend);
    return made;
  }

  @Override
  public Optional<Runnable> take(String user) {
    Place place = new Place(user, run + places.incrementAndGet());
    open.put(place.id, place); // first: an answer that is lost must not let it end
    boolean isFree =
        redis
            .run(List.of(keep(user, maxPerUser, List.of(place.id))))
            .map(answers -> answers.get(0).equals(1L))
            .orElse(true);
    if (!isFree) {
      open.remove(place.id);
      return Optional.empty();
    }
    return Optional.of(() -> giveBack(place));
  }

  private void giveBack(Place place) {
    if (open.remove(place.id) != null) {
      returned.offer(place); // or it ends by itself
    }
  }

  private static String key(String user) {
    return "connections:" + user;
  }

  private RedisScript.Call keep(String user, String max, List<String> ids) {
    List<String> arguments = new ArrayList<>();
    arguments.add(max);
    arguments.add(Long.toString(lifetime.toMillis()));
    arguments.addAll(ids);
    return KEEP.call(List.of(key(user)), arguments);
  }

  // ---- the thread that extends and gives back

  private void tend() {
    long period = lifetime.toNanos() / 3;
    long extendAt = System.nanoTime() + period;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long wait = extendAt - System.nanoTime();
        Place first = wait > 0 ? returned.poll(wait, TimeUnit.NANOSECONDS) : null;
        if (first != null) {
          List<Place> batch = new ArrayList<>();
          batch.add(first);
          returned.drainTo(batch, BATCH - 1);
          giveBack(batch);
        } else {
          extend();
          extendAt = System.nanoTime() + period;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void extend() {
    List<RedisScript.Call> calls = new ArrayList<>();
    byUser(open.values())
        .forEach(
            (user, ids) -> {
              for (int from = 0; from < ids.size(); from += BATCH) {
                calls.add(
                    keep(user, UNLIMITED, ids.subList(from, Math.min(ids.size(), from + BATCH))));
              }
            });
    for (int from = 0; from < calls.size(); from += BATCH) {
      redis.run(calls.subList(from, Math.min(calls.size(), from + BATCH)));
    }
  }

  private boolean giveBack(List<Place> batch) {
    List<RedisScript.Call> calls = new ArrayList<>();
    byUser(batch).forEach((user, ids) -> calls.add(GIVE_BACK.call(List.of(key(user)), ids)));
    return redis.run(calls).isPresent();
  }

  private static Map<String, List<String>> byUser(Iterable<Place> places) {
    Map<String, List<String>> byUser = new HashMap<>();
    places.forEach(
        place -> byUser.computeIfAbsent(place.user, user -> new ArrayList<>()).add(place.id));
    return byUser;
  }

  /** Gives all places back, so that whoever goes to another node finds room there. */
  @Override
  public void close() {
    List<Place> rest = new ArrayList<>(open.values());
    returned.drainTo(rest);
    for (int from = 0; from < rest.size(); from += BATCH) {
      if (!giveBack(rest.subList(from, Math.min(rest.size(), from + BATCH)))) {
        return; // Redis is away: they end by themselves
      }
    }
  }
}
