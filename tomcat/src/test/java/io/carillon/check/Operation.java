package io.carillon.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Something that a client wants to be stored: a message, a change of one or its removal; with every
 * attempt to get it there. Any thread.
 */
public final class Operation {
  /** What is to happen. */
  public enum Kind {
    SEND,
    EDIT,
    DELETE
  }

  /** How an attempt ended. */
  public enum Outcome {
    /** No answer yet, or none that came: it may have happened or not. */
    UNKNOWN,
    /** Stored. */
    OK,
    /** It did not happen. */
    REFUSED
  }

  /**
   * One attempt.
   *
   * @param revision its place, if it is known to be stored
   * @param id the message's, if it is known to be stored
   * @param duplicate the server says that it was stored before
   * @param detail what is worth knowing about it, for a report
   */
  record Attempt(
      long startNanos,
      long endNanos,
      Outcome outcome,
      long revision,
      String id,
      boolean duplicate,
      String detail) {}

  /** An attempt that is under way; the first of its ends counts. */
  public final class Pending {
    private final int index;
    private final long startNanos;
    private final String detail;
    private boolean ended;

    private Pending(int index, long startNanos, String detail) {
      this.index = index;
      this.startNanos = startNanos;
      this.detail = detail;
    }

    public void ok(long revision, String id, boolean duplicate) {
      end(Outcome.OK, revision, id, duplicate, detail);
    }

    public void refused(String code) {
      end(Outcome.REFUSED, 0, "", false, detail + " " + code);
    }

    /** The connection was lost, or nothing came in time. */
    public void unknown(String why) {
      end(Outcome.UNKNOWN, 0, "", false, detail + " " + why);
    }

    private void end(Outcome outcome, long revision, String id, boolean duplicate, String text) {
      synchronized (Operation.this) {
        if (ended) {
          return;
        }
        ended = true;
        attempts.set(
            index,
            new Attempt(startNanos, clock.getAsLong(), outcome, revision, id, duplicate, text));
      }
    }
  }

  private final LongSupplier clock;
  private final String channel;
  private final Kind kind;
  private final String author;
  private final String clientId;
  private final String target;
  private final long hash;
  private final List<Attempt> attempts = new ArrayList<>(1); // guarded by this

  /**
   * @param clientId of a message; empty for a change
   * @param target the id of the message that is changed; empty for a new one
   * @param hash of the content, 0 for a removal; no two operations have the same content
   */
  Operation(
      LongSupplier clock,
      String channel,
      Kind kind,
      String author,
      String clientId,
      String target,
      long hash) {
    this.clock = clock;
    this.channel = channel;
    this.kind = kind;
    this.author = author;
    this.clientId = clientId;
    this.target = target;
    this.hash = hash;
  }

  /** An attempt begins now. */
  public Pending begin(String detail) {
    synchronized (this) {
      long now = clock.getAsLong();
      attempts.add(new Attempt(now, Long.MAX_VALUE, Outcome.UNKNOWN, 0, "", false, detail));
      return new Pending(attempts.size() - 1, now, detail);
    }
  }

  public String channel() {
    return channel;
  }

  public Kind kind() {
    return kind;
  }

  public String author() {
    return author;
  }

  public String clientId() {
    return clientId;
  }

  public String target() {
    return target;
  }

  long hash() {
    return hash;
  }

  synchronized List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  /** Whether some attempt is known to be stored. */
  public synchronized boolean isAcknowledged() {
    return attempts.stream().anyMatch(attempt -> attempt.outcome() == Outcome.OK);
  }

  /** Whether it cannot have happened: every attempt was refused. */
  synchronized boolean isRefused() {
    return attempts.stream().allMatch(attempt -> attempt.outcome() == Outcome.REFUSED);
  }

  /** When it was first asked for. */
  public synchronized long startNanos() {
    return attempts.isEmpty() ? Long.MAX_VALUE : attempts.get(0).startNanos();
  }

  /** When its asker first knew that it was stored. */
  synchronized long acknowledgedNanos() {
    return attempts.stream()
        .filter(attempt -> attempt.outcome() == Outcome.OK)
        .mapToLong(Attempt::endNanos)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** Its place, 0 while it is not known to be stored. */
  public synchronized long revision() {
    return firstOk() == null ? 0 : firstOk().revision();
  }

  /** The id of the message, empty while it is not known to be stored. */
  public synchronized String id() {
    return firstOk() == null ? "" : firstOk().id();
  }

  private Attempt firstOk() {
    for (Attempt attempt : attempts) {
      if (attempt.outcome() == Outcome.OK) {
        return attempt;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return kind
        + " by "
        + author
        + " in "
        + channel
        + " clientId="
        + clientId
        + " target="
        + target
        + " "
        + attempts();
  }
}
