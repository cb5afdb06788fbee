package io.carillon.transport;

import io.carillon.node.Workers;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Threads for a test; closing ends them. */
public final class TestWorkers implements Workers, AutoCloseable {
  private final ExecutorService io = Executors.newFixedThreadPool(2);
  private final ExecutorService loops = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @Override
  public Executor io() {
    return io;
  }

  @Override
  public void start(String name, Runnable loop) {
    loops.execute(loop);
  }

  @Override
  public void every(Duration period, Runnable task) {
    timer.scheduleWithFixedDelay(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    loops.shutdownNow();
    io.shutdownNow();
  }
}
