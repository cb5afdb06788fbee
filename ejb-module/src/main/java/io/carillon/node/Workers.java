package io.carillon.node;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Threads of this node. On a Jakarta EE server they are the container's managed ones; the embedded
 * Tomcat makes its own. All are ended when the application stops.
 */
public interface Workers {

  /** For short work that may wait for the database. Bounded in threads and in what waits. */
  Executor io();

  /** Tasks that wait for a thread of {@link #io}; 0 where the server does not tell. */
  default int waitingTasks() {
    return 0;
  }

  /** HTTP requests that wait for a thread; 0 where the server does not tell. */
  default int waitingRequests() {
    return 0;
  }

  /**
   * Starts a thread that runs {@code loop} until the application stops, which interrupts it.
   *
   * @param name what it is called in a thread dump
   */
  void start(String name, Runnable loop);

  /**
   * Runs a short task that does not block again and again; a failure is logged, and ends nothing.
   */
  void every(Duration period, Runnable task);

  /** Runs a short task that does not block once, later; never, if the application stops before. */
  void after(Duration delay, Runnable task);
}
