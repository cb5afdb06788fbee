package io.carillon.servers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * A server as a process of its own, set up as the pages for it say, with what a user deploys on it.
 * One thread at a time.
 */
public interface ServerUnderTest extends AutoCloseable {
  /**
   * What it is, for the table of servers.
   *
   * @param level of Jakarta EE; or which parts of it there are
   */
  record Product(String name, String version, String level, String artifact) {}

  Product product();

  /**
   * Prepares it, starts it, deploys, and returns when the application says that it is ready.
   *
   * @param settings by their names as environment variables, those of the database among them, from
   *     which the server's own data source is made where it has one
   */
  void start(Map<String, String> settings) throws IOException;

  /** Where its HTTP listener is. */
  InetSocketAddress address();

  /** Where the application is on it; empty for the root. */
  default String contextPath() {
    return "";
  }

  /** Whether a path may have a backslash in it, encoded. */
  default boolean takesBackslashes() {
    return true;
  }

  /**
   * Takes the application away and deploys it again, as an operator does for a new version, and
   * returns when it is ready again. The server goes on where it can.
   */
  void redeploy() throws IOException;

  /** The process, to look at what it holds open. */
  ProcessHandle process();

  /** All that it has logged so far. */
  String log();

  /** Ends it; nothing of it is left running. */
  @Override
  void close();
}
