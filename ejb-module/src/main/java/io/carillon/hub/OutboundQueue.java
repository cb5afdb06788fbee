package io.carillon.hub;

import io.carillon.domain.error.ErrorCode;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * What waits to be written to one connection: bounded in bytes, in order, written by one thread at
 * a time, and never blocking whoever offers.
 *
 * <p>Offering and writing are apart, so that a fan-out can hand over several frames and write them
 * together: whoever gets {@link Offer#FLUSH_DUE} calls {@link #flush()} when done. An overflow
 * closes the queue for good: a frame after a gap would pass for the next one, while a closed client
 * comes back with its position. All methods may be called by any thread.
 */
public final class OutboundQueue {
  /** What became of an offered frame. */
  public enum Offer {
    /** Queued; somebody else is going to write it. */
    ACCEPTED,
    /** Queued; the caller owes a {@link OutboundQueue#flush()}. */
    FLUSH_DUE,
    /** Left out: it was droppable and the queue is half full. */
    DROPPED,
    /** Did not fit: the queue is closed from now on. */
    OVERFLOW,
    /** The queue was closed before. */
    CLOSED
  }

  private static final Logger LOG = System.getLogger(OutboundQueue.class.getName());
  private static final int BATCH_FRAMES = 64;
  private static final int SMALLEST_RING = 4;
  private static final int KEPT_RING = 16; // a longer one is given up when the queue has run empty
  private static final EncodedFrame[] EMPTY = {};

  private final FrameWriter writer;
  private final int maxQueuedBytes;

  // Guarded by this.
  private EncodedFrame[] ring = EMPTY; // length zero or a power of two
  private int head;
  private int count;
  private int queuedBytes;
  private boolean flushDue;
  private boolean writing;
  private boolean blocked; // the writer took less than all and has not called writable() since
  private boolean wokenWhileWriting;
  private boolean closed;
  private long blockedSinceNanos;
  private List<Runnable> whenDrained = List.of();

  /**
   * @param maxQueuedBytes the sum of {@link EncodedFrame#sizeBytes()} that may wait, included
   */
  public OutboundQueue(FrameWriter writer, int maxQueuedBytes) {
    this.writer = writer;
    this.maxQueuedBytes = maxQueuedBytes;
  }

  /**
   * Queues a frame, with what follows it and nothing between; see {@link Offer} for what the caller
   * has to do then.
   */
  public Offer offer(EncodedFrame frame) {
    if (!frame.following().isEmpty()) {
      List<EncodedFrame> all = new ArrayList<>(frame.following());
      all.add(0, frame);
      return offer(all);
    }
    Offer offer;
    synchronized (this) {
      offer = add(frame);
    }
    if (offer == Offer.OVERFLOW) {
      writer.aborted(ErrorCode.SLOW_CONSUMER);
    }
    return offer;
  }

  /** Queues two frames with nothing between them, or neither. */
  public Offer offer(EncodedFrame first, EncodedFrame second) {
    Offer offer;
    synchronized (this) {
      if (second.kind() == EncodedFrame.Kind.DROPPABLE && isHalfFull() && !closed) {
        return Offer.DROPPED;
      }
      offer = add(first);
      if (offer == Offer.ACCEPTED || offer == Offer.FLUSH_DUE) {
        Offer after = add(second);
        if (after != Offer.ACCEPTED) {
          offer = after;
        }
      }
    }
    if (offer == Offer.OVERFLOW) {
      writer.aborted(ErrorCode.SLOW_CONSUMER);
    }
    return offer;
  }

  /** Queues several frames with nothing between them, or none. */
  public Offer offer(List<EncodedFrame> frames) {
    Offer offer = Offer.ACCEPTED;
    synchronized (this) {
      if (frames.get(0).kind() == EncodedFrame.Kind.DROPPABLE && isHalfFull() && !closed) {
        return Offer.DROPPED;
      }
      for (EncodedFrame frame : frames) {
        Offer last = add(frame);
        if (last != Offer.ACCEPTED) {
          offer = last;
        }
        if (last == Offer.OVERFLOW || last == Offer.CLOSED) {
          break;
        }
      }
    }
    if (offer == Offer.OVERFLOW) {
      writer.aborted(ErrorCode.SLOW_CONSUMER);
    }
    return offer;
  }

  /**
   * Queues a frame and writes what waits; within {@link JoinedWrites#during} the writing follows
   * when that work is done.
   */
  public Offer send(EncodedFrame frame) {
    Offer offer = offer(frame);
    if (offer == Offer.FLUSH_DUE && !JoinedWrites.putOff(this)) {
      flush();
    }
    return offer;
  }

  private Offer add(EncodedFrame frame) {
    if (closed) {
      return Offer.CLOSED;
    }
    boolean droppable = frame.kind() == EncodedFrame.Kind.DROPPABLE;
    if (droppable && isHalfFull()) {
      return Offer.DROPPED;
    }
    // A close always fits: it is how the client learns why, and nothing can follow it.
    if (queuedBytes + frame.sizeBytes() > maxQueuedBytes
        && frame.kind() != EncodedFrame.Kind.CLOSE) {
      closeLocked();
      return Offer.OVERFLOW;
    }
    if (count == ring.length) {
      grow();
    }
    ring[(head + count) & (ring.length - 1)] = frame;
    count++;
    queuedBytes += frame.sizeBytes();
    if (flushDue || writing || blocked) {
      return Offer.ACCEPTED;
    }
    flushDue = true;
    return Offer.FLUSH_DUE;
  }

  private boolean isHalfFull() {
    return queuedBytes > maxQueuedBytes / 2;
  }

  private void grow() {
    EncodedFrame[] larger = new EncodedFrame[Math.max(SMALLEST_RING, ring.length * 2)];
    for (int i = 0; i < count; i++) {
      larger[i] = ring[(head + i) & (ring.length - 1)];
    }
    ring = larger;
    head = 0;
  }

  /**
   * Writes what waits, unless another thread is at it or the transport takes nothing now. Fails
   * never: whoever writes several connections' frames owes each of them its turn.
   */
  public void flush() {
    // A loop, since the transport may finish on this very thread: a callback calling back would eat
    // the stack.
    while (true) {
      int taken;
      int offered;
      EncodedFrame[] batch;
      synchronized (this) {
        flushDue = false;
        if (writing || blocked || closed || count == 0) {
          return;
        }
        writing = true;
        offered = Math.min(count, BATCH_FRAMES);
        // Not kept for the thread: a writer may fill another queue and flush it meanwhile, and a
        // container's threads outlive the application, whose classes it would keep.
        batch = new EncodedFrame[offered];
        for (int i = 0; i < offered; i++) {
          batch[i] = ring[(head + i) & (ring.length - 1)];
        }
      }
      boolean failed = false;
      try {
        taken = writer.write(batch, offered);
      } catch (IOException | RuntimeException e) {
        taken = 0;
        failed = true;
      }
      boolean ended = !failed && taken > 0 && batch[taken - 1].kind() == EncodedFrame.Kind.CLOSE;
      List<Runnable> drained = List.of();
      boolean more;
      synchronized (this) {
        writing = false;
        remove(taken);
        if (failed || ended) {
          failed = failed && !closed; // said once, however it came
          closeLocked();
          more = false;
        } else {
          blocked = taken < offered && !wokenWhileWriting;
          if (blocked) {
            blockedSinceNanos = System.nanoTime();
          }
          wokenWhileWriting = false;
          more = !blocked && count > 0;
        }
        if (closed || queuedBytes <= maxQueuedBytes / 4) {
          drained = takeWhenDrained();
        }
      }
      drained.forEach(OutboundQueue::guarded);
      if (failed) {
        guarded(() -> writer.aborted(ErrorCode.INTERNAL));
      }
      if (!more) {
        return;
      }
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "What follows a write to a connection has failed", e);
    }
  }

  private void remove(int taken) {
    if (closed) {
      return; // closeLocked() has emptied the ring
    }
    for (int i = 0; i < taken; i++) {
      int at = (head + i) & (ring.length - 1);
      queuedBytes -= ring[at].sizeBytes();
      ring[at] = null;
    }
    count -= taken;
    head = count == 0 ? 0 : (head + taken) & (ring.length - 1);
    if (count == 0 && ring.length > KEPT_RING) {
      ring = EMPTY;
    }
  }

  /** The transport takes frames again. */
  public void writable() {
    synchronized (this) {
      if (writing) {
        wokenWhileWriting = true;
        return;
      }
      blocked = false;
    }
    flush();
  }

  /**
   * Runs a task once the queue is at most a quarter full, or closed: at once if it is so now. The
   * task must be short and must not block. Several that wait (a connection may catch up on several
   * channels) run in the order in which they came, and each looks again whether there is room left.
   */
  public void whenDrained(Runnable task) {
    synchronized (this) {
      if (!closed && queuedBytes > maxQueuedBytes / 4) {
        if (whenDrained.isEmpty()) {
          whenDrained = new ArrayList<>();
        }
        whenDrained.add(task);
        return;
      }
    }
    task.run();
  }

  private List<Runnable> takeWhenDrained() {
    List<Runnable> taken = whenDrained;
    whenDrained = List.of();
    return taken;
  }

  /** Whether a reader of history should wait before it offers more: more than half is in use. */
  public synchronized boolean isCrowded() {
    return !closed && isHalfFull();
  }

  /** Nothing more goes out. The transport is not told: it is the one that calls this. */
  public void close() {
    List<Runnable> drained;
    synchronized (this) {
      closeLocked();
      drained = takeWhenDrained();
    }
    drained.forEach(Runnable::run);
  }

  private void closeLocked() {
    closed = true;
    ring = EMPTY;
    head = 0;
    count = 0;
    queuedBytes = 0;
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  public synchronized int queuedBytes() {
    return queuedBytes;
  }

  public int maxQueuedBytes() {
    return maxQueuedBytes;
  }

  /**
   * For how long the transport has taken nothing while frames waited, in nanoseconds; 0 if it takes
   * them.
   */
  public synchronized long stalledNanos(long nowNanos) {
    return blocked && !closed ? Math.max(1, nowNanos - blockedSinceNanos) : 0;
  }
}
