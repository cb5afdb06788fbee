package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.security.IdentityPrincipal;
import jakarta.ws.rs.core.SecurityContext;

/** Who makes a request. */
public final class Caller {
  private Caller() {}

  /**
   * The identity that the authentication filter has put into the request.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED} where there is none, should a route ever
   *     be left out of the filter
   */
  public static Identity of(SecurityContext security) {
    if (security.getUserPrincipal() instanceof IdentityPrincipal principal) {
      return principal.identity();
    }
    throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "no identity");
  }
}
