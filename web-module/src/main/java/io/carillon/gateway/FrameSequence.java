package io.carillon.gateway;

import io.carillon.hub.OutboundQueue;
import io.carillon.node.Workers;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Handles one connection's frames one after the other, in the order in which they came. Most are
 * handled at once, by the thread that brings them. One that may wait goes to a worker, and those
 * after it wait for it in turn; too many waiting ones are refused. A frame also waits for the
 * client to take what it was sent before: whoever asks for much must read.
 */
public final class FrameSequence<F> {
  /** Frames that may wait, enough for a client that joins all its channels at once. */
  public static final int MAX_WAITING = 512;

  private final Workers workers;
  private final OutboundQueue queue;
  private final Consumer<F> handler;
  private final Consumer<F> refused;
  private final Predicate<F> mayWait;

  // Guarded by this.
  private boolean busy;
  private ArrayDeque<F> waiting; // null while nothing waits

  /**
   * @param mayWait whether handling a frame may wait, for the database for instance
   * @param handler must not throw
   * @param refused hears of the frames that are one too many; must not throw
   */
  public FrameSequence(
      Workers workers,
      OutboundQueue queue,
      Predicate<F> mayWait,
      Consumer<F> handler,
      Consumer<F> refused) {
    this.workers = workers;
    this.queue = queue;
    this.handler = handler;
    this.refused = refused;
    this.mayWait = mayWait;
  }

  /**
   * Does something before all frames, on a worker.
   *
   * @throws RejectedExecutionException if too much waits for the workers
   */
  public void begin(Runnable first) {
    synchronized (this) {
      busy = true;
    }
    workers
        .io()
        .execute(
            () -> {
              first.run();
              handleFrom(next());
            });
  }

  /** Takes a frame. One thread at a time. */
  public void add(F frame) {
    boolean full = false;
    synchronized (this) {
      if (busy) {
        if (waiting == null) {
          waiting = new ArrayDeque<>();
        }
        full = waiting.size() >= MAX_WAITING;
        if (!full) {
          waiting.add(frame);
          return;
        }
      } else if (mayWait.test(frame)) {
        busy = true;
      }
    }
    if (full) {
      refused.accept(frame);
    } else if (mayWait.test(frame)) {
      onWorker(frame);
    } else {
      handler.accept(frame); // not busy, and only this thread could make it so
    }
  }

  private void onWorker(F frame) {
    try {
      workers.io().execute(() -> handleFrom(frame));
    } catch (RejectedExecutionException e) {
      refused.accept(frame);
      F next = next();
      while (next != null) { // those behind it must not wait for ever for a worker that never came
        refused.accept(next);
        next = next();
      }
    }
  }

  private void handleFrom(F first) {
    F frame = first;
    while (frame != null) {
      if (queue.isCrowded()) {
        F later = frame;
        queue.whenDrained(() -> onWorker(later));
        return;
      }
      handler.accept(frame);
      frame = next();
    }
  }

  private synchronized F next() {
    F next = waiting == null ? null : waiting.poll();
    if (next == null) {
      waiting = null;
      busy = false;
    }
    return next;
  }
}
