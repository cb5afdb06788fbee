package io.carillon.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carillon.node.LocalProcesses;
import io.carillon.node.Workers;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ClientKillParams;

/**
 * A real Redis of one test, on a free port, without files: Debian's {@code redis-server}. Where it
 * is not installed the test is left out, but never where all tests must run.
 */
public final class RedisServer implements AutoCloseable {
  private static final Duration MAX_START = Duration.ofSeconds(20);

  private final int port;
  private final Path folder;
  private final List<String> options;
  private Process process;

  /**
   * Starts it.
   *
   * @param folder its working folder, where its log is
   */
  public RedisServer(Path folder) {
    this(folder, List.of());
  }

  /**
   * @param options in addition, such as {@code --maxclients}, {@code 100}
   */
  RedisServer(Path folder, List<String> options) {
    assumeTrue(isInstalled() || System.getenv("CI") != null, "redis-server is not installed");
    this.folder = folder;
    this.options = List.copyOf(options);
    this.port = LocalProcesses.freePort();
    start();
  }

  private static boolean isInstalled() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
  }

  /** Starts it again after {@link #kill}, on the same port and empty. */
  public void start() {
    List<String> command = new ArrayList<>(List.of("redis-server", "--port"));
    command.add(Integer.toString(port));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
    command.addAll(options);
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("redis.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("redis-server (Debian's package of that name) is needed", e);
    }
    long deadline = System.nanoTime() + MAX_START.toNanos();
    while (!answers()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new IllegalStateException("redis-server does not answer: see " + folder);
      }
      Thread.onSpinWait();
    }
  }

  private boolean answers() {
    try (Jedis jedis = client()) {
      return "PONG".equals(jedis.ping());
    } catch (JedisException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", port);
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** As a node finds it. */
  RedisServers servers(Workers workers) {
    return RedisServers.open(List.of(RedisAddress.parse(url())), workers);
  }

  /** A connection of the test's own. */
  public Jedis client() {
    return new Jedis("127.0.0.1", port);
  }

  /** Cuts whoever listens to it. */
  public void cutSubscribers() {
    try (Jedis jedis = client()) {
      jedis.clientKill(new ClientKillParams().type(ClientType.PUBSUB));
    }
  }

  /** Ends it as a crash does; what it held is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** It stops answering, and keeps its connections. */
  public void pause() {
    signal("STOP");
  }

  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    if (!LocalProcesses.signal(process.toHandle(), name)) {
      throw new IllegalStateException("kill -" + name);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("redis-server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly(); // a paused one, too
    awaitEnd();
  }
}
