package io.carillon.security;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A place for a connection that is yet to come about, taken before it is agreed on, so that there
 * can still be a refusal. Whoever makes the connection takes it over. Any thread.
 */
public final class HeldPlace implements AutoCloseable {
  private final AtomicReference<ConnectionLimits.Permit> permit;

  private HeldPlace(ConnectionLimits.Permit permit) {
    this.permit = new AtomicReference<>(permit);
  }

  static HeldPlace none() {
    return new HeldPlace(null);
  }

  public static HeldPlace of(ConnectionLimits.Permit permit) {
    return new HeldPlace(permit);
  }

  /** The place, for the first who asks; empty if none was taken. */
  public Optional<ConnectionLimits.Permit> take() {
    return Optional.ofNullable(permit.getAndSet(null));
  }

  /** Whether nobody has taken it. */
  public boolean isHeld() {
    return permit.get() != null;
  }

  /** Gives the place back, unless somebody has taken it. */
  @Override
  public void close() {
    take().ifPresent(ConnectionLimits.Permit::close);
  }
}
