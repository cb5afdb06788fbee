package io.carillon.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** What tests need that run servers as processes of this machine. Any thread. */
public final class LocalProcesses {
  private LocalProcesses() {}

  /** A port of the loopback interface that nobody listens on, for now. */
  public static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends a signal.
   *
   * @param name such as {@code STOP}
   * @return false if it could not be sent, as to a process that has ended
   */
  public static boolean signal(ProcessHandle process, String name) {
    try {
      return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
