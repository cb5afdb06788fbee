package io.carillon.transport;

import io.carillon.node.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Workers that work when told, on the test's own thread. */
public final class ManualWorkers implements Workers {
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final List<Runnable> delayed = new ArrayList<>();
  private boolean full;

  /** From now on work is refused. */
  public void refuse() {
    full = true;
  }

  /** Does all that waits, and what comes of it. */
  public void work() {
    Runnable next;
    while ((next = waiting.poll()) != null) {
      next.run();
    }
  }

  public int waiting() {
    return waiting.size();
  }

  /** Lets all the time pass that anything waits for. */
  public void passTime() {
    List<Runnable> due = List.copyOf(delayed);
    delayed.clear();
    due.forEach(Runnable::run);
  }

  @Override
  public Executor io() {
    return task -> {
      if (full) {
        throw new RejectedExecutionException("full");
      }
      waiting.add(task);
    };
  }

  @Override
  public void start(String name, Runnable loop) {
    throw new UnsupportedOperationException(name);
  }

  @Override
  public void every(Duration period, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void after(Duration delay, Runnable task) {
    delayed.add(task);
  }
}
