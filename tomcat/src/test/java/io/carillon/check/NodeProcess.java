package io.carillon.check;

import io.carillon.node.LocalProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A node as operators run it: the runnable jar in a process, which can be killed, stopped and
 * started again on its port and folder. One thread at a time.
 */
public final class NodeProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target", "carillon.jar").toAbsolutePath();
  private static final Duration MAX_START = Duration.ofMinutes(2); // the machine may be busy
  private static final Duration MAX_END = Duration.ofSeconds(10);

  private static final int SHOWN_CHARACTERS = 4_000;

  /** Ready soon matters more here than fast for long. */
  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m");

  private final Path folder;
  private final Map<String, String> settings;
  private final Path jdk;
  private final int port;
  private Process process;

  /**
   * Starts it.
   *
   * @param folder of its own, where its output is
   */
  public NodeProcess(Path folder, Map<String, String> settings) throws IOException {
    this(folder, settings, Path.of(System.getProperty("java.home")));
  }

  /**
   * Starts it on a JDK that may be another than the tests'.
   *
   * @param folder of its own, where its output is
   * @param jdk the JDK's folder
   */
  public NodeProcess(Path folder, Map<String, String> settings, Path jdk) throws IOException {
    this.jdk = jdk;
    this.folder = Files.createDirectories(folder);
    this.port = LocalProcesses.freePort();
    this.settings = TestNode.settings(folder);
    this.settings.put("CARILLON_HTTP_PORT", Integer.toString(port));
    // Unpacked once for all nodes that lie beside each other.
    this.settings.put("XDG_CACHE_HOME", folder.resolveSibling("cache").toString());
    this.settings.putAll(settings);
    start();
  }

  /**
   * Starts it again.
   *
   * @param options of its JVM, beside those that all have
   */
  public void start(String... options) {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin").resolve("java").toString());
    command.addAll(JVM);
    command.addAll(List.of(options));
    command.add("-jar");
    command.add(JAR.toString());
    command.add("--stop-with-parent");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("CARILLON_"));
    builder.environment().putAll(settings);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it says that it is ready, also about what it depends on. */
  public void awaitReady() {
    long deadline = System.nanoTime() + MAX_START.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException("not ready:\n" + endOfOutput());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private boolean isReady() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + "/health/ready").toURL().openConnection();
      connection.setConnectTimeout(1_000);
      connection.setReadTimeout(5_000);
      boolean isReady = connection.getResponseCode() == 200;
      connection.disconnect();
      return isReady;
    } catch (IOException e) {
      return false;
    }
  }

  public InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", port);
  }

  /** Everything that it has said since it was first started. */
  public String output() {
    try {
      return Files.readString(outputFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String endOfOutput() {
    String all = output();
    return all.substring(Math.max(0, all.length() - SHOWN_CHARACTERS));
  }

  private Path outputFile() {
    return folder.resolve("output");
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end, and returns its status. */
  public int awaitEnd(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("it does not end:\n" + endOfOutput());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends it as a crash does. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(MAX_END);
  }

  /** Asks it to end, as an operator does; {@link #awaitEnd} tells when it has. */
  public void terminate() {
    process.destroy();
  }

  /** It stands still, as in a collection of garbage that does not end. */
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

  @Override
  public void close() {
    kill();
  }
}
