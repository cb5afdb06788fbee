package io.carillon.domain.audit;

import io.carillon.domain.Text;
import io.carillon.domain.error.RealtimeException;

/**
 * From where something is done, and why. What serves a request says so for its own thread; whoever
 * writes the audit asks here, so that no service has to hand it on. Immutable.
 *
 * @param address the client's network address, or the empty string
 * @param reason in the actor's words, at most {@value #MAX_REASON} characters; may be empty
 * @param byPerson whether a person asked for it, although the server carries it out
 */
public record Circumstances(String address, String reason, boolean byPerson) {
  public static final int MAX_REASON = 500;

  /** Nothing is known: code of the server itself. */
  public static final Circumstances NONE = new Circumstances("", "");

  /** Whoever carries it out has asked for it. */
  public Circumstances(String address, String reason) {
    this(address, reason, false);
  }

  private static final ThreadLocal<Circumstances> CURRENT = new ThreadLocal<>();

  /**
   * @throws RealtimeException with {@code TOO_LARGE} or {@code MALFORMED} for the reason
   */
  public Circumstances {
    Text.checked(reason, MAX_REASON, "reason");
  }

  /** Those of what this thread is doing. */
  public static Circumstances current() {
    Circumstances current = CURRENT.get();
    return current == null ? NONE : current;
  }

  /** The same for what the server carries out for a person, with rights that only it has. */
  public Circumstances carriedOutForPerson() {
    return new Circumstances(address, reason, true);
  }

  /** Makes these the thread's own, until what is returned is closed by the same thread. */
  public Scope begin() {
    Circumstances before = CURRENT.get();
    CURRENT.set(this);
    return () -> {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    };
  }

  /** Ends what {@link #begin} began. */
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
