package io.carillon.gateway.sse;

import io.carillon.application.Connections;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.security.ConnectionLimits;
import io.carillon.security.IdentityPrincipal;

/**
 * A place among the open connections, given back when this is closed unless a connection has taken
 * it over. One thread.
 */
final class Admission implements AutoCloseable {
  private ConnectionLimits.Permit permit;

  private Admission(ConnectionLimits.Permit permit) {
    this.permit = permit;
  }

  /**
   * @throws RealtimeException with {@code RATE_LIMITED}, {@code OVERLOADED} or {@code DRAINING}
   */
  static Admission take(
      Connections connections, ConnectionLimits limits, IdentityPrincipal caller) {
    if (connections.isDraining()) {
      throw new RealtimeException(ErrorCode.DRAINING, "draining");
    }
    return new Admission(limits.acquire(caller.identity(), caller.address()));
  }

  /** The place, from now on the caller's to give back. */
  ConnectionLimits.Permit keep() {
    ConnectionLimits.Permit kept = permit;
    permit = null;
    return kept;
  }

  @Override
  public void close() {
    if (permit != null) {
      permit.close();
    }
  }
}
