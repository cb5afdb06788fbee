package io.carillon.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.Identity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;

/**
 * Makes the short-lived tokens of our own logins: JWT, HS256 with the token secret. For any thread.
 *
 * <p>All tokens of one login share a session id ({@code sid}): a logout revokes that, and with it
 * every token that renewals have made meanwhile.
 */
final class TokenIssuer {
  private static final JWSHeader HEADER =
      new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();

  private final MACSigner signer; // null where logins are off
  private final Duration lifetime;
  private final Clock clock;

  /**
   * @param secret at least 32 bytes; none at all for an installation without local logins
   * @param lifetime of a token
   */
  TokenIssuer(byte[] secret, Duration lifetime, Clock clock) {
    try {
      this.signer = secret.length == 0 ? null : new MACSigner(secret);
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the token secret is shorter than 32 bytes", e);
    }
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * @throws RealtimeException with {@code FORBIDDEN} where logins are off
   */
  void checkOn() {
    if (signer == null) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "logins need CARILLON_TOKEN_SECRET");
    }
  }

  /**
   * A token for a user who has proved to be one.
   *
   * @param user whose token id is the session's; an expiry in it does not count
   * @param authenticatedAt when the password was given, which renewals do not move
   * @param notAfter the end of the session, beyond which no token is valid
   * @throws RealtimeException with {@code FORBIDDEN} where logins are off
   */
  IssuedToken issue(Identity user, Instant authenticatedAt, Instant notAfter) {
    checkOn();
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant end = now.plus(lifetime);
    Instant expiresAt = end.isAfter(notAfter) ? notAfter.truncatedTo(ChronoUnit.SECONDS) : end;
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(TokenVerifier.OWN_ISSUER)
            .subject(user.userId().value())
            .claim("org", user.organization())
            .claim("name", user.name())
            .claim("role", user.role().name())
            .claim("sid", user.tokenId())
            .claim("auth_time", authenticatedAt.getEpochSecond())
            .jwtID(RandomIds.next())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(expiresAt))
            .build();
    SignedJWT token = new SignedJWT(HEADER, claims);
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new RealtimeException(ErrorCode.INTERNAL, "token signature", e);
    }
    Identity identity =
        new Identity(
            user.organization(),
            user.userId(),
            user.name(),
            user.avatarUrl(),
            user.role(),
            user.tokenId(),
            expiresAt,
            Identity.Kind.USER,
            authenticatedAt.truncatedTo(ChronoUnit.SECONDS).toEpochMilli());
    return new IssuedToken(token.serialize(), identity);
  }
}
