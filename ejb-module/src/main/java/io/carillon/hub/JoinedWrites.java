package io.carillon.hub;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts the writes of one thread off until a piece of work is done, so that what it sends to one
 * connection goes out together: a commit answers many senders, and some of them several times.
 */
public final class JoinedWrites {
  private static final ThreadLocal<List<OutboundQueue>> DUE = new ThreadLocal<>();

  private JoinedWrites() {}

  /** Runs the work; what it sends by {@link OutboundQueue#send} is written at its end. */
  public static void during(Runnable work) {
    if (DUE.get() != null) {
      work.run(); // the outer one writes
      return;
    }
    List<OutboundQueue> due = new ArrayList<>();
    DUE.set(due);
    try {
      work.run();
    } finally {
      DUE.remove();
      due.forEach(OutboundQueue::flush);
    }
  }

  /**
   * @return false outside of such a piece of work: the caller writes itself
   */
  static boolean putOff(OutboundQueue queue) {
    List<OutboundQueue> due = DUE.get();
    return due != null && due.add(queue);
  }
}
