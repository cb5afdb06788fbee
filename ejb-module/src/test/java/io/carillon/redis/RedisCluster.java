package io.carillon.redis;

import static org.awaitility.Awaitility.await;

import io.carillon.node.LocalProcesses;
import io.carillon.node.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.params.MigrateParams;

/**
 * A real Redis Cluster of one test: three masters without replicas, each with a third of the slots,
 * which go on when one of them is away.
 */
public final class RedisCluster implements AutoCloseable {
  public static final int MASTERS = 3;
  private static final Duration MAX_FORMING = Duration.ofSeconds(30);

  private final Path folder;
  private final List<RedisServer> servers = new ArrayList<>();
  private final Map<RedisServer, Integer> busPorts = new HashMap<>();
  private final List<RedisServer> others = new ArrayList<>();

  /**
   * Starts it.
   *
   * @param folder where each server gets a folder
   */
  public RedisCluster(Path folder) {
    this.folder = folder;
    try {
      for (int i = 0; i < MASTERS; i++) {
        servers.add(start("master" + i));
        try (Jedis jedis = servers.get(i).client()) {
          int next = (i + 1) * RedisMap.SLOTS / MASTERS;
          jedis.clusterAddSlotsRange(i * RedisMap.SLOTS / MASTERS, next - 1);
        }
      }
      servers.subList(1, MASTERS).forEach(this::meet);
      servers.forEach(this::awaitMember);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private RedisServer start(String name) {
    int busPort = LocalProcesses.freePort();
    RedisServer made =
        new RedisServer(
            create(folder.resolve(name)),
            List.of(
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                Integer.toString(busPort),
                "--cluster-require-full-coverage",
                "no",
                "--cluster-node-timeout",
                "2000",
                "--cluster-allow-replica-migration",
                "no", // a master without slots stays one
                "--repl-diskless-sync-delay",
                "0"));
    busPorts.put(made, busPort);
    return made;
  }

  private static Path create(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void meet(RedisServer other) {
    try (Jedis jedis = servers.get(0).client()) {
      jedis.sendCommand(
          Protocol.Command.CLUSTER,
          "MEET",
          "127.0.0.1",
          Integer.toString(other.port()),
          Integer.toString(busPorts.get(other)));
    }
  }

  private void awaitMember(RedisServer server) {
    int members = servers.size() + others.size();
    await()
        .atMost(MAX_FORMING)
        .until(
            () -> {
              try (Jedis jedis = server.client()) {
                String info = jedis.clusterInfo();
                return info.contains("cluster_state:ok")
                    && info.contains("cluster_known_nodes:" + members)
                    && info.contains("cluster_slots_ok:" + RedisMap.SLOTS);
              }
            });
  }

  /** The address with all masters in it. */
  public String url() {
    return "redis://"
        + servers.stream()
            .map(server -> "127.0.0.1:" + server.port())
            .collect(Collectors.joining(","));
  }

  /** As a node finds it that knows one member. */
  RedisServers servers(Workers workers) {
    return servers.get(1).servers(workers);
  }

  public RedisServer master(int number) {
    return servers.get(number);
  }

  /** Who has the slot of a key or channel, as long as none has moved. */
  RedisServer masterOf(String name) {
    return servers.get(masterNumber(name));
  }

  private static int masterNumber(String name) {
    int slot = RedisMap.slotOf(name);
    int number = 0;
    while (slot >= (number + 1) * RedisMap.SLOTS / MASTERS) {
      number++;
    }
    return number;
  }

  /** One that has the slot of a key or channel not. */
  RedisServer anotherThan(String name) {
    return servers.get((masterNumber(name) + 1) % MASTERS);
  }

  /** Moves a slot, with all keys in it, as redis-cli does when it balances a cluster. */
  void move(int slot, RedisServer from, RedisServer to) {
    beginToMove(slot, from, to);
    moveKeys(slot, from, to, Integer.MAX_VALUE);
    endMove(slot, from, to);
  }

  void beginToMove(int slot, RedisServer from, RedisServer to) {
    try (Jedis source = from.client();
        Jedis target = to.client()) {
      target.clusterSetSlotImporting(slot, source.clusterMyId());
      source.clusterSetSlotMigrating(slot, target.clusterMyId());
    }
  }

  void moveKeys(int slot, RedisServer from, RedisServer to, int max) {
    try (Jedis source = from.client()) {
      List<String> keys = source.clusterGetKeysInSlot(slot, max);
      if (!keys.isEmpty()) {
        source.migrate(
            "127.0.0.1",
            to.port(),
            5_000,
            MigrateParams.migrateParams(),
            keys.toArray(String[]::new));
      }
    }
  }

  void endMove(int slot, RedisServer from, RedisServer to) {
    try (Jedis source = from.client();
        Jedis target = to.client()) {
      String targetId = target.clusterMyId();
      target.clusterSetSlotNode(slot, targetId);
      source.clusterSetSlotNode(slot, targetId);
    }
  }

  /** Adds a member that has no slots. */
  RedisServer join() {
    RedisServer other = start("other" + others.size());
    others.add(other);
    meet(other);
    awaitMember(other);
    servers.forEach(this::awaitMember);
    return other;
  }

  /** Adds a server that takes the place of a master which dies. */
  void replicate(RedisServer master) {
    try (Jedis jedis = join().client();
        Jedis copied = master.client()) {
      jedis.clusterReplicate(copied.clusterMyId());
      await()
          .atMost(MAX_FORMING)
          .until(() -> jedis.info("replication").contains("master_link_status:up"));
    }
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
    others.forEach(RedisServer::close);
  }
}
