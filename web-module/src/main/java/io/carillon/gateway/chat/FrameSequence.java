package io.carillon.gateway.chat;

import io.carillon.hub.OutboundQueue;
import io.carillon.node.Workers;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Handles one connection's frames one after the other, in the order in which they came. Most are
 * handled at once, by the thread that brings them. One that may wait goes to a worker, and those
 * after it wait for it in turn; too many waiting ones are refused. A frame also waits for the
 * client to take what it was sent before: whoever asks for much must read.
 */
final class FrameSequence {
  /** Frames that may wait, enough for a client that joins all its channels at once. */
  static final int MAX_WAITING = 512;

  private final Workers workers;
  private final OutboundQueue queue;
  private final Consumer<ChatFrame> handler;
  private final Consumer<ChatFrame> refused;

  // Guarded by this.
  private boolean busy;
  private ArrayDeque<ChatFrame> waiting; // null while nothing waits

  /**
   * @param handler must not throw
   * @param refused hears of the frames that are one too many; must not throw
   */
  FrameSequence(
      Workers workers,
      OutboundQueue queue,
      Consumer<ChatFrame> handler,
      Consumer<ChatFrame> refused) {
    this.workers = workers;
    this.queue = queue;
    this.handler = handler;
    this.refused = refused;
  }

  /**
   * Does something before all frames, on a worker.
   *
   * @throws RejectedExecutionException if too much waits for the workers
   */
  void begin(Runnable first) {
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
  void add(ChatFrame frame) {
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
      } else if (frame.mayWait()) {
        busy = true;
      }
    }
    if (full) {
      refused.accept(frame);
    } else if (frame.mayWait()) {
      onWorker(frame);
    } else {
      handler.accept(frame); // not busy, and only this thread could make it so
    }
  }

  private void onWorker(ChatFrame frame) {
    try {
      workers.io().execute(() -> handleFrom(frame));
    } catch (RejectedExecutionException e) {
      refused.accept(frame);
      ChatFrame next = next();
      while (next != null) { // those behind it must not wait for ever for a worker that never came
        refused.accept(next);
        next = next();
      }
    }
  }

  private void handleFrom(ChatFrame first) {
    ChatFrame frame = first;
    while (frame != null) {
      if (queue.isCrowded()) {
        ChatFrame later = frame;
        queue.whenDrained(() -> onWorker(later));
        return;
      }
      handler.accept(frame);
      frame = next();
    }
  }

  private synchronized ChatFrame next() {
    ChatFrame next = waiting == null ? null : waiting.poll();
    if (next == null) {
      waiting = null;
      busy = false;
    }
    return next;
  }
}
