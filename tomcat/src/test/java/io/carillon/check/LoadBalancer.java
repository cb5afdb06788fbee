package io.carillon.check;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carillon.node.LocalProcesses;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A reverse proxy of one test before two nodes, with the sample in {@code config/} but for the
 * addresses: a process of its own on a free port. Where Debian's package is not installed the test
 * is left out, but never where all tests must run.
 */
final class LoadBalancer implements AutoCloseable {
  private static final Path SAMPLES = Path.of("..", "config");
  private static final Duration MAX_START = Duration.ofSeconds(20);

  private final InetSocketAddress address;
  private final Process process;

  private LoadBalancer(InetSocketAddress address, Process process) {
    this.address = address;
    this.process = process;
  }

  static LoadBalancer nginx(Path folder, InetSocketAddress one, InetSocketAddress two)
      throws IOException {
    String nginx = program("nginx");
    InetSocketAddress address = free();
    Path sample = folder.resolve("carillon.conf");
    Files.writeString(sample, withAddresses(nginxSample(), address, one, two));
    // What is around it in /etc/nginx/nginx.conf, with all files in the test's folder.
    StringBuilder main = new StringBuilder("daemon off;\nerror_log stderr;\n");
    main.append("pid ").append(folder.resolve("nginx.pid")).append(";\n");
    main.append("events { worker_connections 1024; }\nhttp {\naccess_log off;\n");
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      main.append(kind).append("_temp_path ").append(folder.resolve(kind)).append(";\n");
    }
    main.append("include ").append(sample).append(";\n}\n");
    Path file = folder.resolve("nginx.conf");
    Files.writeString(file, main);
    return start(folder, address, nginx, "-p", folder.toString(), "-c", file.toString());
  }

  static LoadBalancer haproxy(Path folder, InetSocketAddress one, InetSocketAddress two)
      throws IOException {
    String haproxy = program("haproxy");
    InetSocketAddress address = free();
    Path file = folder.resolve("haproxy.cfg");
    Files.writeString(file, withAddresses(haproxySample(), address, one, two));
    return start(folder, address, haproxy, "-db", "-f", file.toString());
  }

  static String nginxSample() throws IOException {
    return Files.readString(SAMPLES.resolve("nginx").resolve("carillon.conf"));
  }

  static String haproxySample() throws IOException {
    return Files.readString(SAMPLES.resolve("haproxy").resolve("haproxy.cfg"));
  }

  private static String withAddresses(
      String sample, InetSocketAddress own, InetSocketAddress one, InetSocketAddress two) {
    return sample
        .replace("10.0.0.10:80", text(own))
        .replace("10.0.0.11:8080", text(one))
        .replace("10.0.0.12:8080", text(two));
  }

  private static String text(InetSocketAddress address) {
    return "127.0.0.1:" + address.getPort();
  }

  /** Debian has them where only root's commands are looked for. */
  private static String program(String name) {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    Optional<Path> program =
        Stream.of(path.split(File.pathSeparator))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent() || System.getenv("CI") != null, name + " is not installed");
    return program.map(Path::toString).orElse(name);
  }

  private static InetSocketAddress free() {
    return new InetSocketAddress("127.0.0.1", LocalProcesses.freePort());
  }

  private static LoadBalancer start(Path folder, InetSocketAddress address, String... command)
      throws IOException {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    LoadBalancer started = new LoadBalancer(address, process);
    long deadline = System.nanoTime() + MAX_START.toNanos();
    while (!started.answers()) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        started.close();
        throw new IllegalStateException(command[0] + ": " + Files.readString(log));
      }
      Thread.onSpinWait();
    }
    return started;
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(address, 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  InetSocketAddress address() {
    return address;
  }

  @Override
  public void close() {
    List<ProcessHandle> workers = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.forEach(ProcessHandle::destroyForcibly); // those of nginx wait for their clients
  }
}
