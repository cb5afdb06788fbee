package io.carillon.rest;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import io.carillon.security.HeldPlace;
import io.carillon.security.IdentityPrincipal;
import jakarta.servlet.http.HttpServletRequest;

/** Who makes a request, and from where, as {@link AuthenticationFilter} has found out. */
public final class Identities {
  private Identities() {}

  /**
   * Who makes the request.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED} if nobody has said, as on a path that
   *     the filter does not guard
   */
  public static Identity of(HttpServletRequest request) {
    return principal(request).identity();
  }

  /**
   * The client's network address.
   *
   * @throws RealtimeException as {@link #of}
   */
  public static String addressOf(HttpServletRequest request) {
    return principal(request).address();
  }

  /**
   * The place that was taken for the connection that the request asks for.
   *
   * @throws RealtimeException as {@link #of}
   */
  public static HeldPlace placeOf(HttpServletRequest request) {
    return principal(request).place();
  }

  private static IdentityPrincipal principal(HttpServletRequest request) {
    if (request.getUserPrincipal() instanceof IdentityPrincipal principal) {
      return principal;
    }
    throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "no identity");
  }
}
