package io.carillon.redis;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Which Redis server has what: one has everything, or the masters of a Redis Cluster share its
 * slots. Immutable.
 */
final class RedisMap {
  static final int SLOTS = 16_384;

  private final RedisAddress[] bySlot; // null where nobody has the slot; one element: everything
  private final List<RedisAddress> masters;
  private final List<RedisAddress> replicas;
  private final boolean complete;

  private RedisMap(RedisAddress[] bySlot, List<RedisAddress> replicas) {
    this.bySlot = bySlot;
    this.masters = Stream.of(bySlot).filter(Objects::nonNull).distinct().toList();
    this.replicas = List.copyOf(replicas);
    this.complete = Stream.of(bySlot).noneMatch(Objects::isNull);
  }

  static RedisMap ofSingle(RedisAddress server) {
    return new RedisMap(new RedisAddress[] {server}, List.of());
  }

  /**
   * @param bySlot {@link #SLOTS} of them, null where nobody has the slot
   */
  static RedisMap ofCluster(RedisAddress[] bySlot, List<RedisAddress> replicas) {
    if (bySlot.length != SLOTS) {
      throw new IllegalArgumentException("slots: " + bySlot.length);
    }
    return new RedisMap(bySlot.clone(), replicas);
  }

  /** The slot of a key or channel in a Redis Cluster: of what it has in braces, else of it all. */
  static int slotOf(String name) {
    return JedisClusterCRC16.getSlot(name);
  }

  boolean isCluster() {
    return bySlot.length > 1;
  }

  /** Every server that has something, in the order of what they have. */
  List<RedisAddress> masters() {
    return masters;
  }

  List<RedisAddress> replicas() {
    return replicas;
  }

  /** Who has a slot; the one server, where there is only one. */
  Optional<RedisAddress> of(int slot) {
    return Optional.ofNullable(bySlot[isCluster() ? slot : 0]);
  }

  /** Whether everything has a place. */
  boolean isComplete() {
    return complete;
  }

  /** With one slot on another server. */
  RedisMap moved(int slot, RedisAddress to) {
    RedisAddress[] changed = bySlot.clone();
    changed[slot] = to;
    return new RedisMap(changed, replicas);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RedisMap map
        && Arrays.equals(bySlot, map.bySlot)
        && replicas.equals(map.replicas);
  }

  @Override
  public int hashCode() {
    return masters.hashCode();
  }

  @Override
  public String toString() {
    return isCluster() ? "Redis Cluster of " + masters : "Redis " + masters.get(0);
  }
}
