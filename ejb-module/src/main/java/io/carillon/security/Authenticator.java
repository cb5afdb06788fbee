package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserRepository;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells from what a client shows who it is: a token of our own login or of a foreign issuer, an API
 * key, a ticket. For any thread; may wait for the database, and for an issuer's keys.
 *
 * <p>Whatever was revoked, and whoever was locked, is refused: at once on the node where it
 * happened, within a second on every other. A send is refused at once on every node, since the log
 * asks once more. Anything that cannot be checked, for instance without a database, is refused as
 * well.
 *
 * <p>An account with a password has the role that the record says. Only for accounts that exist by
 * a foreign issuer's word alone does that issuer say the role.
 */
@ApplicationScoped
public class Authenticator {
  private static final Duration MAX_AGE = Duration.ofSeconds(1);
  private static final int MAX_REMEMBERED = 50_000;

  private record Answer(Identity identity, long sinceNanos) {}

  private final UserRepository users;
  private final RevokedTokenRepository revoked;
  private final TokenVerifier verifier;
  private final ApiKeys apiKeys;
  private final Tickets tickets;
  private final Clock clock;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>(); // by digest of the secret
  private final AtomicLong changes = new AtomicLong();

  protected Authenticator() { // for the client proxy
    this.users = null;
    this.revoked = null;
    this.verifier = null;
    this.apiKeys = null;
    this.tickets = null;
    this.clock = null;
  }

  @Inject
  public Authenticator(
      UserRepository users,
      RevokedTokenRepository revoked,
      TokenVerifier verifier,
      ApiKeys apiKeys,
      Tickets tickets,
      Clock clock) {
    this.users = users;
    this.revoked = revoked;
    this.verifier = verifier;
    this.apiKeys = apiKeys;
    this.tickets = tickets;
    this.clock = clock;
  }

  /**
   * Whose token or API key this is. Users and organizations of foreign tokens are made on first
   * sight.
   *
   * @throws RealtimeException with {@code TOKEN_EXPIRED}, {@code UNAUTHENTICATED}, or {@code
   *     OVERLOADED} where it cannot be told at the moment
   */
  public Identity authenticate(String credential) {
    if (credential.length() > TokenVerifier.MAX_LENGTH) {
      throw new RealtimeException(ErrorCode.UNAUTHENTICATED, "longer than any token");
    }
    String digest = RandomIds.digest(credential);
    Answer known = answers.get(digest);
    if (known != null && System.nanoTime() - known.sinceNanos < MAX_AGE.toNanos()) {
      checkNotExpired(known.identity);
      return known.identity;
    }
    long before = changes.get();
    Answer fresh = new Answer(look(credential), System.nanoTime());
    if (answers.size() >= MAX_REMEMBERED) {
      answers.clear(); // the next second would have dropped them anyway
    }
    answers.put(digest, fresh);
    if (changes.get() != before) {
      answers.remove(digest); // what was read may be of before the change
    }
    return fresh.identity;
  }

  private Identity look(String credential) {
    if (ApiKeys.isOne(credential)) {
      return apiKeys.authenticate(credential);
    }
    TokenClaims claims = verifier.verify(credential);
    checkNotRevoked(claims.tokenId());
    if (claims.own()) {
      User user =
          users
              .find(claims.organization(), claims.userId())
              .orElseThrow(() -> refused("no such account"));
      return as(user, user.role(), claims.tokenId(), claims.expiresAt());
    }
    User user = users.provision(claims.toIdentity());
    OrganizationRole role = user.passwordHash().isPresent() ? user.role() : claims.role();
    return as(user, role, claims.tokenId(), claims.expiresAt());
  }

  /**
   * Whose ticket this is; it is used up by that.
   *
   * @throws RealtimeException as {@link #authenticate}
   */
  public Identity redeem(String ticket) {
    return refresh(tickets.redeem(ticket).orElseThrow(() -> refused("ticket")));
  }

  /**
   * Somebody who was authenticated before, as the record has it now: for whoever keeps an identity
   * and has heard of a change.
   *
   * @throws RealtimeException as {@link #authenticate}
   */
  public Identity refresh(Identity current) {
    checkNotExpired(current);
    if (current.kind() == Identity.Kind.API_KEY) {
      return apiKeys.refresh(current);
    }
    checkNotRevoked(current.tokenId());
    User user =
        users
            .find(current.organization(), current.userId())
            .orElseThrow(() -> refused("no such account"));
    OrganizationRole role = user.passwordHash().isPresent() ? user.role() : current.role();
    return as(user, role, current.tokenId(), current.expiresAt());
  }

  /**
   * The identity with which an open connection goes on.
   *
   * @param token a newer one of the same user, or an API key
   * @throws RealtimeException as {@link #authenticate}, and with {@code FORBIDDEN} if it is another
   *     user's; the connection then keeps what it has, until that ends
   */
  public Identity renew(Identity current, String token) {
    Identity renewed = authenticate(token);
    boolean same =
        renewed.organization().equals(current.organization())
            && renewed.userId().equals(current.userId())
            && renewed.kind() == current.kind();
    if (!same) {
      throw new RealtimeException(ErrorCode.FORBIDDEN, "token of another user");
    }
    return renewed;
  }

  /** Forgets what was remembered: to be called with every change that is heard of. */
  public void onRightsChange(RightsChange change) {
    if (change.concernedChannel().isEmpty()) {
      changes.incrementAndGet();
      answers
          .values()
          .removeIf(
              answer ->
                  change.concernsProofsOf(
                      answer.identity.organization(), answer.identity.userId()));
    }
  }

  private Identity as(User user, OrganizationRole role, String tokenId, Instant expiresAt) {
    if (user.isLocked()) {
      throw refused("locked account");
    }
    return new Identity(
        user.organization(),
        user.id(),
        user.name(),
        user.avatarUrl(),
        role,
        tokenId,
        expiresAt,
        Identity.Kind.USER);
  }

  private void checkNotExpired(Identity identity) {
    if (identity.isExpiredAt(clock.instant())) {
      throw new RealtimeException(ErrorCode.TOKEN_EXPIRED, "expired");
    }
  }

  private void checkNotRevoked(String tokenId) {
    if (revoked.isRevoked(tokenId)) {
      throw refused("revoked token");
    }
  }

  private static RealtimeException refused(String detail) {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, detail);
  }
}
