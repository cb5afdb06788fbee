package io.carillon.check;

import io.carillon.node.LocalProcesses;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A real PostgreSQL of one test, on a free port, that keeps what it has committed: unlike {@link
 * EmbeddedPostgres} by itself it flushes commits to disk, and it can be killed and started again on
 * its files.
 */
public final class PostgresServer implements AutoCloseable {
  private static final long MAX_END_SECONDS = 20;

  private final Path data;
  private final Map<String, String> settings;
  private final int port;
  private EmbeddedPostgres server;

  /**
   * Starts it.
   *
   * @param folder where its files go
   */
  public PostgresServer(Path folder) throws IOException {
    this(folder, Map.of());
  }

  /**
   * Starts it.
   *
   * @param settings what is to differ from a server that keeps everything
   */
  public PostgresServer(Path folder, Map<String, String> settings) throws IOException {
    this.data = folder.resolve("postgres");
    this.settings = new HashMap<>(Map.of("fsync", "on", "synchronous_commit", "on"));
    this.settings.putAll(settings);
    this.port = LocalProcesses.freePort();
    start();
  }

  /** Starts it again after a stop or a crash; it recovers what it had. */
  public void start() throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPort(port);
    settings.forEach(builder::setServerConfig);
    server = builder.start();
  }

  /** Starts it after a stop, for good, as one that waits for another to send it changes. */
  public void startAsStandby() throws IOException {
    Files.createFile(data.resolve("standby.signal"));
    start();
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Its JDBC address, or that of something that stands before it. */
  public static String url(InetSocketAddress address) {
    return "jdbc:postgresql://127.0.0.1:" + address.getPort() + "/postgres";
  }

  public String url() {
    return url(address());
  }

  /** Its one user, without a password. */
  public static String user() {
    return "postgres";
  }

  /** Stops it in order. */
  public void stop() throws IOException {
    server.close();
  }

  /** As {@code pg_ctl stop -m immediate}: all connections are cut, nothing is tidied up. */
  public void stopImmediately() throws IOException {
    ProcessHandle postmaster = postmaster();
    LocalProcesses.signal(postmaster, "QUIT");
    ended(postmaster);
  }

  /** Ends all its processes as a crash does. */
  public void kill() throws IOException {
    ProcessHandle postmaster = postmaster();
    try (Stream<ProcessHandle> children = postmaster.descendants()) {
      ProcessHandle[] all = children.toArray(ProcessHandle[]::new);
      postmaster.destroyForcibly();
      Stream.of(all).forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle child : all) {
        awaitEnd(child);
      }
    }
    ended(postmaster);
  }

  /** All its processes stand still; connections stay open, and new ones come about. */
  public void pause() throws IOException {
    signalAll("STOP");
  }

  public void resume() throws IOException {
    signalAll("CONT");
  }

  private void signalAll(String name) throws IOException {
    ProcessHandle postmaster = postmaster();
    LocalProcesses.signal(postmaster, name);
    try (Stream<ProcessHandle> children = postmaster.descendants()) {
      for (ProcessHandle child : children.toList()) {
        if (child.isAlive()) {
          LocalProcesses.signal(child, name); // one that has ended meanwhile is no fault
        }
      }
    }
  }

  private ProcessHandle postmaster() throws IOException {
    try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
      long pid = Long.parseLong(lines.findFirst().orElseThrow().trim());
      return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("no postmaster"));
    }
  }

  private void ended(ProcessHandle postmaster) throws IOException {
    awaitEnd(postmaster);
    server.close(); // lets go of the folder
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(MAX_END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a process of PostgreSQL does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
