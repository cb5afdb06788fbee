package io.carillon.security;

import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.Organization;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import io.carillon.domain.user.UserRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Sessions of local accounts: they begin with a password, go on by renewals, and end with a logout
 * or when their time is over. For any thread; waits for the database.
 */
@ApplicationScoped
public class Logins {
  private static final Logger LOG = System.getLogger(Logins.class.getName());

  private final UserRepository users;
  private final RevokedTokenRepository revoked;
  private final Passwords passwords;
  private final LoginLimiter limiter;
  private final TokenVerifier verifier;
  private final TokenIssuer issuer;
  private final Authenticator authenticator;
  private final Clock clock;
  private final Duration sessionLifetime;

  protected Logins() { // for the client proxy
    this.users = null;
    this.revoked = null;
    this.passwords = null;
    this.limiter = null;
    this.verifier = null;
    this.issuer = null;
    this.authenticator = null;
    this.clock = null;
    this.sessionLifetime = null;
  }

  @Inject
  public Logins(
      UserRepository users,
      RevokedTokenRepository revoked,
      Passwords passwords,
      LoginLimiter limiter,
      TokenVerifier verifier,
      TokenIssuer issuer,
      Authenticator authenticator,
      Clock clock,
      Settings settings) {
    this.users = users;
    this.revoked = revoked;
    this.passwords = passwords;
    this.limiter = limiter;
    this.verifier = verifier;
    this.issuer = issuer;
    this.authenticator = authenticator;
    this.clock = clock;
    this.sessionLifetime = settings.tokens().sessionLifetime();
  }

  /**
   * Begins a session. Whether the account is unknown, locked, without a password, or the password
   * is wrong: the answer and the time that it takes are the same.
   *
   * @param address the client's, as {@link ClientAddress#of} has it
   * @throws RealtimeException with {@code UNAUTHENTICATED}, {@code RATE_LIMITED} after too many
   *     failures, {@code OVERLOADED} while too many log in, {@code FORBIDDEN} where logins are off,
   *     {@code MALFORMED} for an organization or a password that cannot be one
   */
  public IssuedToken login(String organization, UserId user, String password, String address) {
    issuer.checkOn();
    Organization.checkedId(organization);
    LoginLimiter.Attempt attempt = limiter.begin(organization + '/' + user, address);
    Optional<User> account = users.find(organization, user).filter(found -> !found.isLocked());
    if (!matches(password, account, attempt)) {
      LOG.log(
          Level.INFO, "Login refused: {0} of {1}, from {2}", user.value(), organization, address);
      throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "user or password");
    }
    attempt.forgive();
    User found = account.orElseThrow();
    Instant now = clock.instant();
    // Whoever was signed out in this very second comes in again with the next one's time.
    Instant since = Instant.ofEpochMilli(Math.max(now.toEpochMilli(), found.signedOutAtMillis()));
    return issuer.issue(sessionOf(found, RandomIds.next(), now), since, now.plus(sessionLifetime));
  }

  private boolean matches(String password, Optional<User> account, LoginLimiter.Attempt attempt) {
    try {
      return passwords.matches(password, account.flatMap(User::passwordHash));
    } catch (RealtimeException e) {
      attempt.forgive(); // nothing was learnt about the password
      throw e;
    }
  }

  /**
   * A fresh token in the same session, as long as that lasts.
   *
   * @param token a valid one of a login
   * @throws RealtimeException as {@link Authenticator#authenticate}; with {@code FORBIDDEN} for a
   *     token of a foreign issuer or an API key, which are not ours to renew
   */
  public IssuedToken renew(String token) {
    if (ApiKeys.isOne(token)) {
      throw notOurs();
    }
    TokenClaims claims = verifier.verify(token);
    if (!claims.own()) {
      throw notOurs();
    }
    Identity current = authenticator.authenticate(token);
    Instant end = claims.authenticatedAt().plus(sessionLifetime);
    if (!clock.instant().isBefore(end)) {
      throw new RealtimeException(ErrorCode.TOKEN_EXPIRED, "session is over");
    }
    return issuer.issue(current, claims.authenticatedAt(), end);
  }

  /**
   * Ends the session, or revokes the one foreign token.
   *
   * @return what every node is to be told, so that the connections which it has opened end as well;
   *     empty for an API key, which does not log out
   */
  public Optional<RightsChange> logout(Identity identity) {
    if (identity.kind() == Identity.Kind.API_KEY) {
      return Optional.empty();
    }
    // The session may have later tokens than the one that was shown.
    Instant sessionEnd = clock.instant().plus(sessionLifetime);
    Instant until = sessionEnd.isAfter(identity.expiresAt()) ? sessionEnd : identity.expiresAt();
    revoked.revoke(identity.tokenId(), until.toEpochMilli());
    return Optional.of(RightsChange.ofUser(identity.organization(), identity.userId()));
  }

  private static Identity sessionOf(User user, String session, Instant now) {
    return new Identity(
        user.organization(),
        user.id(),
        user.name(),
        user.avatarUrl(),
        user.role(),
        session,
        now,
        Identity.Kind.USER);
  }

  private static RealtimeException notOurs() {
    return new RealtimeException(ErrorCode.FORBIDDEN, "not a token of a login");
  }
}
