package io.carillon.application;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Requests that are being answered, so that a node does not stop in the middle of one. Streams,
 * sockets and polls that wait are {@link Connections}. Any thread.
 */
@ApplicationScoped
public class OpenRequests {
  private final Object lock = new Object();

  // Guarded by the lock.
  private int open;
  private boolean refusing;

  /**
   * A request has come.
   *
   * @return false if it must be refused; otherwise {@link #end} is due, once
   */
  public boolean begin() {
    synchronized (lock) {
      if (refusing) {
        return false;
      }
      open++;
      return true;
    }
  }

  public void end() {
    synchronized (lock) {
      open--;
      lock.notifyAll();
    }
  }

  /**
   * Lets none begin any more, and waits for those that have begun.
   *
   * @return how many have not ended in time
   */
  public int finish(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    synchronized (lock) {
      refusing = true;
      while (open > 0) {
        long leftNanos = deadline - System.nanoTime();
        if (leftNanos <= 0) {
          break;
        }
        TimeUnit.NANOSECONDS.timedWait(lock, leftNanos);
      }
      return open;
    }
  }
}
