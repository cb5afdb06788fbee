package io.carillon.gateway.sse;

import io.carillon.node.Workers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Calls of other people's code: on a worker, one at a time, in order, each whatever became of the
 * one before. Any thread.
 */
final class SerialCalls {
  private static final Logger LOG = System.getLogger(SerialCalls.class.getName());
  private static final Duration RETRY = Duration.ofMillis(100);

  private final Workers workers;
  private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
  private boolean running; // guarded by this

  SerialCalls(Workers workers) {
    this.workers = workers;
  }

  void add(Runnable call) {
    synchronized (this) {
      waiting.add(call);
      if (running) {
        return;
      }
      running = true;
    }
    start();
  }

  private void start() {
    try {
      workers.io().execute(this::runAll);
    } catch (RejectedExecutionException e) {
      workers.after(RETRY, this::start);
    }
  }

  private void runAll() {
    Runnable call;
    while ((call = takeOrStop()) != null) {
      try {
        call.run();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "A listener of a broadcaster failed; the others are called", e);
      }
    }
  }

  private synchronized Runnable takeOrStop() {
    Runnable call = waiting.poll();
    running = call != null;
    return call;
  }
}
