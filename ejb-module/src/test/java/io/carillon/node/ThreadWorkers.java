package io.carillon.node;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Real threads, for tests of what happens between them. */
public final class ThreadWorkers implements Workers, AutoCloseable {
  private final ExecutorService io = Executors.newFixedThreadPool(4);
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  private final List<Thread> loops = new CopyOnWriteArrayList<>();

  @Override
  public Executor io() {
    return io;
  }

  @Override
  public void start(String name, Runnable loop) {
    Thread thread = new Thread(loop, name);
    loops.add(thread);
    thread.start();
  }

  @Override
  public void every(Duration period, Runnable task) {
    timer.scheduleWithFixedDelay(task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    loops.forEach(Thread::interrupt);
    io.shutdownNow();
    timer.shutdownNow();
  }
}
