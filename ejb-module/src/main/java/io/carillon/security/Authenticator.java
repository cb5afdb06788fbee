package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.RevokedTokenRepository;
import io.carillon.domain.user.TokenOwner;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserRepository;
import io.carillon.node.JointQuestions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Tells from what a client shows who it is: a token of our own login or of a foreign issuer, an API
 * key, a ticket, the word of the server. For any thread; may wait for the database, and for an
 * issuer's keys.
 *
 * <p>Whatever was revoked, and whoever was locked or signed out, is refused: at once on the node
 * where it happened, within a second on every other. A send is refused at once on every node, since
 * the log asks once more. Anything that cannot be checked, for instance without a database, is
 * refused as well.
 *
 * <p>An account with a password has the role that the record says. Only for accounts that exist by
 * a foreign issuer's word alone, or the server's, does that say the role.
 */
@ApplicationScoped
public class Authenticator {
  private static final Duration MAX_AGE = Duration.ofSeconds(1);
  private static final int MAX_REMEMBERED = 50_000;
  private static final int MAX_TOGETHER = 64; // accounts that are asked for at once

  private record Answer(Identity identity, long sinceNanos) {}

  private final UserRepository users;
  private final RevokedTokenRepository revoked;
  private final TokenVerifier verifier;
  private final ApiKeys apiKeys;
  private final Tickets tickets;
  private final Clock clock;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>(); // by digest of the secret
  private final AtomicLong changes = new AtomicLong();
  private final JointQuestions<TokenOwner.Question, Optional<TokenOwner>> owners;

  protected Authenticator() { // for the client proxy
    this.users = null;
    this.revoked = null;
    this.verifier = null;
    this.apiKeys = null;
    this.tickets = null;
    this.clock = null;
    this.owners = null;
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
    this.owners = new JointQuestions<>(MAX_TOGETHER, users::findOwners);
  }

  /**
   * Somebody whom the server has authenticated, as the record knows the account.
   *
   * @param claimed as {@link ContainerIdentities} has it
   * @param create whether an account is made where there is none
   * @throws RealtimeException as {@link #authenticate}, and with {@code FORBIDDEN} where there is
   *     no account
   */
  Identity admit(Identity claimed, boolean create) {
    String key = claimed.tokenId() + ' ' + claimed.role() + ' ' + claimed.userId(); // no digest
    return remembered(
        key,
        () -> {
          Optional<User> known = owner(claimed);
          if (known.isEmpty() && revoked.isRevoked(claimed.tokenId())) {
            throw refused("session is over");
          }
          if (known.isEmpty() && !create) {
            throw new RealtimeException(ErrorCode.FORBIDDEN, "no account");
          }
          User user = known.orElseGet(() -> users.provision(claimed));
          return as(user, roleOf(user, claimed.role()), claimed);
        });
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
    return remembered(RandomIds.digest(credential), () -> look(credential));
  }

  private Identity remembered(String key, Supplier<Identity> look) {
    Answer known = answers.get(key);
    if (known != null && System.nanoTime() - known.sinceNanos < MAX_AGE.toNanos()) {
      checkNotExpired(known.identity);
      return known.identity;
    }
    long before = changes.get();
    Answer fresh = new Answer(look.get(), System.nanoTime());
    if (answers.size() >= MAX_REMEMBERED) {
      answers.clear(); // the next second would have dropped them anyway
    }
    answers.put(key, fresh);
    if (changes.get() != before) {
      answers.remove(key); // what was read may be of before the change
    }
    return fresh.identity;
  }

  private Identity look(String credential) {
    if (ApiKeys.isOne(credential)) {
      return apiKeys.authenticate(credential);
    }
    TokenClaims claims = verifier.verify(credential);
    Identity claimed = claims.toIdentity();
    Optional<User> known = owner(claimed);
    if (claims.own()) {
      User user = known.orElseThrow(() -> refused("no such account"));
      return as(user, user.role(), claimed);
    }
    if (known.isEmpty() && revoked.isRevoked(claims.tokenId())) {
      throw refused("revoked token");
    }
    User user =
        known
            .filter(account -> account.isDescribedBy(claimed))
            .orElseGet(() -> users.provision(claimed));
    return as(user, roleOf(user, claims.role()), claimed);
  }

  /**
   * The account of whoever shows this proof.
   *
   * @return empty where there is none
   */
  private Optional<User> owner(Identity identity) {
    Optional<TokenOwner> owner =
        owners.ask(
            new TokenOwner.Question(
                identity.organization(), identity.userId(), identity.tokenId()));
    if (owner.isPresent() && owner.get().revoked()) {
      throw refused("revoked token");
    }
    return owner.map(TokenOwner::user);
  }

  private static OrganizationRole roleOf(User user, OrganizationRole claimed) {
    return user.passwordHash().isPresent() ? user.role() : claimed;
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
    User user = owner(current).orElseThrow(() -> refused("no such account"));
    return as(user, roleOf(user, current.role()), current);
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

  private Identity as(User user, OrganizationRole role, Identity proof) {
    if (user.isLocked()) {
      throw refused("locked account");
    }
    if (user.signedOutAtMillis() > proof.authenticatedAtMillis()) {
      throw refused("signed out since");
    }
    return new Identity(
        user.organization(),
        user.id(),
        user.name(),
        user.avatarUrl(),
        role,
        proof.tokenId(),
        proof.expiresAt(),
        Identity.Kind.USER,
        proof.authenticatedAtMillis());
  }

  private void checkNotExpired(Identity identity) {
    if (identity.isExpiredAt(clock.instant())) {
      throw new RealtimeException(ErrorCode.TOKEN_EXPIRED, "expired");
    }
  }

  private static RealtimeException refused(String detail) {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, detail);
  }
}
