package io.carillon.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network of its own on this machine, with one cable to it that can be pulled: then packets are
 * lost, and nobody is told. For root on Linux with {@code ip} alone. One thread at a time.
 */
final class LossyNetwork implements AutoCloseable {
  private final String name = "ck" + ProcessHandle.current().pid();
  private final String here = "va" + ProcessHandle.current().pid();
  private final String there = "vb" + ProcessHandle.current().pid();
  private final String address;
  private final List<Process> clients = new ArrayList<>();

  /** Makes it, in the address range for tests of networks (RFC 2544). */
  LossyNetwork() {
    long number = ProcessHandle.current().pid() % (64 * 256);
    String prefix = "198.18." + number / 64 + '.';
    address = prefix + (number % 64 * 4 + 1);
    try {
      run("ip", "netns", "add", name);
      run("ip", "link", "add", here, "type", "veth", "peer", "name", there);
      run("ip", "link", "set", there, "netns", name);
      run("ip", "addr", "add", address + "/30", "dev", here);
      run("ip", "link", "set", here, "up");
      String client = prefix + (number % 64 * 4 + 2) + "/30";
      run("ip", "netns", "exec", name, "ip", "addr", "add", client, "dev", there);
      run("ip", "netns", "exec", name, "ip", "link", "set", there, "up");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whether this process can make one. */
  static boolean isPossible() {
    if (!Files.exists(Path.of("/proc/net/tcp"))) {
      return false; // not Linux, and so nobody can tell
    }
    String probe = "ckprobe" + ProcessHandle.current().pid();
    try {
      run("ip", "netns", "add", probe);
      run("ip", "netns", "del", probe);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** This machine's address as that network sees it. */
  String address() {
    return address;
  }

  /** Starts a client in there that sends a request and reads whatever comes. */
  void request(int port, String request) {
    String script =
        "exec 3<>/dev/tcp/" + address + "/" + port + "; printf '%b' \"$0\" >&3; cat <&3 >/dev/null";
    try {
      clients.add(
          new ProcessBuilder("ip", "netns", "exec", name, "bash", "-c", script, request)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Pulls the cable. */
  void pull() {
    run("ip", "netns", "exec", name, "ip", "link", "set", there, "down");
  }

  private static void run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("failed: " + String.join(" ", command));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    for (Process client : clients) {
      client.descendants().forEach(ProcessHandle::destroyForcibly);
      client.destroyForcibly();
    }
    for (String[] command :
        List.of(
            new String[] {"ip", "link", "del", here}, new String[] {"ip", "netns", "del", name})) {
      try {
        run(command);
      } catch (RuntimeException e) {
        continue; // it was not made
      }
    }
  }
}
