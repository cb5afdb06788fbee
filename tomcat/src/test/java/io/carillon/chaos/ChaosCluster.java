package io.carillon.chaos;

import io.carillon.check.MixedRun;
import io.carillon.check.NodeProcess;
import io.carillon.check.PostgresServer;
import io.carillon.check.TestNode;
import io.carillon.check.client.Caller;
import io.carillon.check.wire.TcpProxy;
import io.carillon.check.wire.Wire;
import io.carillon.redis.RedisServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Nodes on one PostgreSQL and one Redis, all of them processes, with a proxy on each link: of a
 * node to both, and of the clients to whatever node lets them in.
 */
final class ChaosCluster implements AutoCloseable {
  private final Wire links = new Wire("links");
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final RedisServer redis;
  private final PostgresServer postgres;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<TcpProxy> proxies = new ArrayList<>();
  private TcpProxy entrance;

  /** Starts everything, and returns when all nodes are ready. */
  ChaosCluster(Path folder, int size) throws Exception {
    this(folder, size, Map.of());
  }

  /**
   * The same.
   *
   * @param settings of the nodes, beside those that the cluster needs
   */
  ChaosCluster(Path folder, int size, Map<String, String> settings) throws Exception {
    open.push(links);
    redis = new RedisServer(folder);
    open.push(redis);
    postgres = new PostgresServer(folder);
    open.push(postgres);
    try {
      startNodes(folder, size, settings);
    } catch (RuntimeException | IOException e) {
      close();
      throw e;
    }
  }

  private void startNodes(Path folder, int size, Map<String, String> more) throws IOException {
    for (int i = 1; i <= size; i++) {
      TcpProxy toPostgres = link(List.of(postgres.address()));
      TcpProxy toRedis = link(List.of(redis.address()));
      Map<String, String> settings = new HashMap<>(more);
      settings.put("CARILLON_DATABASE_URL", PostgresServer.url(toPostgres.address()));
      settings.put("CARILLON_DATABASE_USER", PostgresServer.user());
      settings.put("CARILLON_REDIS_URL", "redis://127.0.0.1:" + toRedis.address().getPort());
      NodeProcess node = new NodeProcess(folder.resolve("node" + i), settings);
      nodes.add(node);
      open.push(node);
    }
    entrance = link(nodes.stream().map(NodeProcess::address).toList());
    awaitReady();
  }

  private TcpProxy link(List<InetSocketAddress> targets) {
    TcpProxy proxy = new TcpProxy(links, targets);
    proxies.add(proxy);
    open.push(proxy);
    return proxy;
  }

  PostgresServer postgres() {
    return postgres;
  }

  RedisServer redis() {
    return redis;
  }

  List<NodeProcess> nodes() {
    return List.copyOf(nodes);
  }

  /** All links, the clients' too. */
  List<TcpProxy> links() {
    return List.copyOf(proxies);
  }

  Caller caller(String user, String role) {
    return TestNode.caller(entrance.address(), "demo", user, role);
  }

  List<InetSocketAddress> addresses() {
    return nodes.stream().map(NodeProcess::address).toList();
  }

  /** Clients who come in wherever there is room. */
  MixedRun run(Wire wire, long seed, MixedRun.Size size) {
    return new MixedRun(
        wire,
        seed,
        size,
        caller("admin-of-demo", "ADMIN"),
        number -> caller(userName(number), "MEMBER"),
        addresses());
  }

  private static String userName(int number) {
    return "user" + number;
  }

  /** Who of a run's clients holds a socket or a stream: every fourth polls. */
  static Set<String> connected(MixedRun.Size size) {
    return IntStream.range(0, size.clients())
        .filter(number -> number % 4 != 3)
        .mapToObj(ChaosCluster::userName)
        .collect(Collectors.toSet());
  }

  void awaitReady() {
    nodes.forEach(NodeProcess::awaitReady);
  }

  @Override
  public void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
