package io.carillon.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.node.ThreadWorkers;
import io.carillon.presence.PresenceScope;
import io.carillon.presence.PresenceStore;
import io.carillon.presence.PresenceStoreContract;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Presence on a real Redis Cluster: all of it is on one master, whichever that is. */
class RedisClusterPresenceIT extends PresenceStoreContract {
  private static final Duration THIRTY_SECONDS = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static RedisCluster redis;
  private static int prefixes;

  private final List<RedisPresenceStore> opened = new ArrayList<>();
  private final ThreadWorkers workers = new ThreadWorkers();
  private RedisServers servers;
  private String prefix;

  @BeforeAll
  static void startRedis() {
    redis = new RedisCluster(folder);
  }

  @AfterAll
  static void stopRedis() {
    if (redis != null) {
      redis.close();
    }
  }

  @AfterEach
  void closeStores() {
    opened.forEach(RedisPresenceStore::close);
    workers.close();
  }

  @Override
  protected PresenceStore create(Settings settings, Clock time) {
    prefix = "test" + ++prefixes + ':';
    if (servers == null) {
      servers = redis.servers(workers);
    }
    RedisPresenceStore made =
        new RedisPresenceStore(
            servers, prefix, settings.presence(), workers, () -> Long.toString(time.millis()));
    opened.add(made);
    return made;
  }

  @Override
  protected int schedules() {
    return 5; // what scripts do is the same as on one Redis
  }

  @Override
  protected int callsOfEach() {
    return 300;
  }

  private String place() {
    return new RedisKeys(prefix, "presence").name("", true);
  }

  private RedisServer master() {
    return redis.masterOf(place());
  }

  @Test
  void keepsEverythingThatBelongsTogetherOnOneMaster() {
    for (int i = 0; i < 50; i++) {
      keep(entry(PresenceScope.of("o" + i), "alice", "c" + i));
    }
    sweep();
    for (int i = 0; i < RedisCluster.MASTERS; i++) {
      try (Jedis jedis = redis.master(i).client()) {
        Set<String> keys = jedis.keys(prefix + '*');
        if (redis.master(i) == master()) {
          assertThat(keys).hasSizeGreaterThan(50).allMatch(key -> key.startsWith(place()));
        } else {
          assertThat(keys).isEmpty();
        }
      }
    }
  }

  @Test
  void losesNobodyWhenTheSlotMoves() {
    RedisServer from = master();
    RedisServer to = redis.anotherThan(place());
    keep(entry("alice", "c1"));
    assertThat(view("alice").online()).isTrue();
    redis.move(RedisMap.slotOf(place()), from, to);
    assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE");
    assertThat(view("alice").online()).isTrue();
    assertThat(sweep()).isEmpty();
    redis.move(RedisMap.slotOf(place()), to, from);
    assertThat(remove(entry("alice", "c1"))).containsExactly("alice OFFLINE");
    assertThat(view("bob").online()).isTrue();
  }

  @Test
  void waitsForASlotThatIsOnItsWay() {
    RedisServer from = master();
    RedisServer to = redis.anotherThan(place());
    int slot = RedisMap.slotOf(place());
    keep(entry("alice", "c1"));
    redis.beginToMove(slot, from, to);
    redis.moveKeys(slot, from, to, 2); // so that some are here, some there
    assertThatThrownBy(() -> keep(entry("bob", "c2"))).isInstanceOf(RealtimeException.class);
    redis.moveKeys(slot, from, to, Integer.MAX_VALUE);
    redis.endMove(slot, from, to);
    await()
        .atMost(THIRTY_SECONDS)
        .ignoreExceptionsInstanceOf(RealtimeException.class)
        .untilAsserted(() -> assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE"));
    assertThat(view("alice").online()).isTrue();
    redis.move(slot, to, from);
  }

  @Test
  void doesNotMindWhenOtherMastersDie() {
    keep(entry("alice", "c1"));
    List<RedisServer> others =
        IntStream.range(0, RedisCluster.MASTERS)
            .mapToObj(redis::master)
            .filter(server -> server != master())
            .toList();
    others.get(0).kill();
    try {
      assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE");
      assertThat(view("alice").online()).isTrue();
    } finally {
      others.get(0).start();
    }
  }

  @Test
  void isToldAgainWhenItsMasterComesBackEmpty() {
    keep(entry("alice", "c1"));
    master().kill();
    assertThatThrownBy(() -> keep(entry("bob", "c2")))
        .isInstanceOfSatisfying(
            RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
    master().start();
    await()
        .atMost(THIRTY_SECONDS)
        .ignoreExceptionsInstanceOf(RealtimeException.class)
        .untilAsserted(
            () -> assertThatThrownBy(this::sweep).isExactlyInstanceOf(IllegalStateException.class));
    assertThat(extend(entry("alice", "c1"))).isEmpty();
    assertThat(keep(entry("bob", "c2"))).containsExactly("bob ONLINE");
    assertThat(view("alice").online()).isTrue();
  }
}
