package io.carillon.servers;

import io.carillon.node.LocalProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A server's process, and what its scripts start beside it. One thread at a time. */
public final class ServerProcess implements AutoCloseable {
  private static final Duration MAX_START = Duration.ofMinutes(4); // the machine may be busy
  private static final Duration MAX_END = Duration.ofSeconds(30);
  private static final int SHOWN_CHARACTERS = 6_000;

  private final Process process;
  private final Path output;
  private final InetSocketAddress address;
  private final String contextPath;

  /**
   * Starts it.
   *
   * @param address where it will listen
   * @param command its script, as seen from its folder, and arguments
   */
  public ServerProcess(
      Installation installation, InetSocketAddress address, String contextPath, String... command)
      throws IOException {
    this.output = installation.home().resolve("output.log");
    this.address = address;
    this.contextPath = contextPath;
    this.process = installation.start(output, command);
    // Nothing may outlive the tests, however they end.
    Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
  }

  /** An address for a server that is to be started. */
  public static InetSocketAddress freeAddress() {
    return new InetSocketAddress("127.0.0.1", LocalProcesses.freePort());
  }

  /** Waits until the application says that it is ready. */
  public void awaitReady() {
    await(() -> answer() == 200);
  }

  /** Waits until somebody listens on a port of this machine, such as the one for operators. */
  public void awaitListening(int port) {
    await(() -> isListening(port));
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private void await(BooleanSupplier there) {
    long deadline = System.nanoTime() + MAX_START.toNanos();
    while (!there.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("not ready:\n" + endOfLog());
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** The status of a question whether it is ready; 0 for no answer. */
  private int answer() {
    try {
      URI ready =
          URI.create(
              "http://"
                  + address.getHostString()
                  + ':'
                  + address.getPort()
                  + contextPath
                  + "/health/ready");
      HttpURLConnection connection = (HttpURLConnection) ready.toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(5_000);
      int status = connection.getResponseCode();
      connection.disconnect();
      return status;
    } catch (IOException e) {
      return 0;
    }
  }

  /** The server's JVM, which a script or another JVM may have started. */
  public ProcessHandle java() {
    return all()
        .filter(ServerProcess::isJava)
        .filter(handle -> handle.descendants().noneMatch(ServerProcess::isJava))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no JVM runs:\n" + endOfLog()));
  }

  private Stream<ProcessHandle> all() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants());
  }

  private static boolean isJava(ProcessHandle handle) {
    return handle.info().command().orElse("").endsWith("/java");
  }

  public String log() {
    try {
      return Files.exists(output) ? Files.readString(output) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String endOfLog() {
    String all = log();
    return all.substring(Math.max(0, all.length() - SHOWN_CHARACTERS));
  }

  /** Asks it to end, as an operator does, and waits for that; whatever is left then is killed. */
  @Override
  public void close() {
    List<ProcessHandle> all = all().toList(); // one whose parent has ended is nobody's descendant
    if (all.stream().anyMatch(ServerProcess::isJava)) {
      java().destroy(); // what started it ends after it
    }
    try {
      CompletableFuture.allOf(
              all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
          .get(MAX_END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      all.forEach(ProcessHandle::destroyForcibly);
    }
    kill();
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
