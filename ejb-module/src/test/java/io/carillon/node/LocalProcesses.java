package io.carillon.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** What tests need that run servers as processes of this machine. Any thread. */
public final class LocalProcesses {
  private static final int FIRST_PORT = 12_000;
  private static final int END_OF_PORTS = 32_000; // Linux gives 32,768 and more to whoever asks
  private static final int MAX_TRIES = 100;

  private LocalProcesses() {}

  /**
   * A port that nobody listens on, for now. It is none of those that this machine gives to outgoing
   * connections, since one of them may take it before the server starts.
   */
  public static int freePort() {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS);
      try (ServerSocket free = new ServerSocket(port, 1)) {
        return free.getLocalPort();
      } catch (IOException e) {
        // Taken.
      }
    }
    throw new IllegalStateException("no port is free");
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
