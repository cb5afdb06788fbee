package io.carillon.node;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * The threads of one node, from a factory of the server's, so that a Jakarta EE server manages each
 * of them. Its own executors would not do: they know no bound, or share one with other
 * applications. Any thread may call. After {@link #close()} new work is refused, and what was to
 * happen later never does, whether it was asked for before or after.
 */
public final class NodeWorkers implements Workers, AutoCloseable {
  private static final Logger LOG = System.getLogger(NodeWorkers.class.getName());

  /** Beyond it a task is refused: whoever is that far behind would not be served in time. */
  private static final int MAX_WAITING_TASKS = 10_000;

  private static final Duration IDLE_THREAD_LIFETIME = Duration.ofSeconds(30);
  private static final Duration MAX_STOP_WAIT = Duration.ofSeconds(5);

  private final ThreadFactory threads;
  private final ThreadPoolExecutor io;
  private final ScheduledThreadPoolExecutor timer;
  private final List<Thread> loops = new ArrayList<>(); // guarded by itself
  private boolean closed; // guarded by loops
  private volatile IntSupplier requests = () -> 0;

  /**
   * Makes threads as they are needed.
   *
   * @param maxIoThreads that may wait for the database at once
   * @param threads whose threads see the application's classes; they are given names
   */
  public NodeWorkers(int maxIoThreads, ThreadFactory threads) {
    this.threads = threads;
    io =
        new ThreadPoolExecutor(
            maxIoThreads,
            maxIoThreads,
            IDLE_THREAD_LIFETIME.toMillis(),
            TimeUnit.MILLISECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING_TASKS),
            factory("carillon-io-"));
    io.allowCoreThreadTimeOut(true);
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            factory("carillon-timer-"),
            new ThreadPoolExecutor.DiscardPolicy()); // refuses nothing until it is shut down
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Executor io() {
    return io;
  }

  @Override
  public int waitingTasks() {
    return io.getQueue().size();
  }

  @Override
  public int waitingRequests() {
    return requests.getAsInt();
  }

  /** Says how many requests wait for a thread; until then it is none. */
  public void countRequestsBy(IntSupplier counter) {
    requests = counter;
  }

  @Override
  public void start(String name, Runnable loop) {
    Thread thread = thread(name, () -> runLogged(name, loop));
    synchronized (loops) {
      if (closed) {
        throw new IllegalStateException("stopped: no thread for " + name);
      }
      loops.removeIf(other -> !other.isAlive());
      thread.start();
      loops.add(thread); // after the start: a thread that has not begun is not alive either
    }
  }

  @Override
  public void every(Duration period, Runnable task) {
    long nanos = period.toNanos();
    // A task that throws would never run again.
    timer.scheduleWithFixedDelay(
        () -> runLogged("periodic task", task), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timer.schedule(() -> runLogged("delayed task", task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Interrupts every loop, lets short work end, and waits for both, 5 s at most. */
  @Override
  public void close() {
    List<Thread> running;
    synchronized (loops) {
      closed = true;
      running = List.copyOf(loops);
    }
    long deadline = System.nanoTime() + MAX_STOP_WAIT.toNanos();
    timer.shutdown();
    io.shutdown();
    running.forEach(Thread::interrupt);
    try {
      for (Thread thread : running) {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        if (thread.isAlive()) {
          LOG.log(Level.WARNING, "Thread {0} did not end in time", thread.getName());
        }
      }
      if (!io.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.log(Level.WARNING, "{0} tasks did not end in time", io.getActiveCount());
        io.shutdownNow();
      }
      timer.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      io.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static void runLogged(String name, Runnable task) {
    try {
      task.run();
    } catch (Throwable e) { // an Error too: a thread that vanishes silently is the worst report
      LOG.log(Level.ERROR, "Failure in " + name, e);
    }
  }

  private ThreadFactory factory(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return task -> thread(prefix + number.incrementAndGet(), task);
  }

  private Thread thread(String name, Runnable task) {
    Thread thread = threads.newThread(task);
    thread.setName(name);
    return thread;
  }
}
