package io.carillon.gateway.sse;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.security.IdentityPrincipal;
import jakarta.servlet.http.HttpServletRequest;

/** Who asks for a stream. */
final class Caller {
  private Caller() {}

  /**
   * @throws RealtimeException with {@code UNAUTHENTICATED} where the authentication filter has let
   *     nobody in
   */
  static IdentityPrincipal of(HttpServletRequest request) {
    if (request.getUserPrincipal() instanceof IdentityPrincipal principal) {
      return principal;
    }
    throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "no identity");
  }
}
