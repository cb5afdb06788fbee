package io.carillon.security;

import static io.carillon.security.Tokens.SECRET;
import static io.carillon.security.Tokens.claims;
import static io.carillon.security.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.carillon.bus.Bus;
import io.carillon.bus.BusListener;
import io.carillon.bus.LoopbackBus;
import io.carillon.config.Settings;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.ChannelEvent;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions, tokens, keys and tickets together, over a record in memory. */
class AuthenticatorTest {
  private static final Passwords PASSWORDS = new Passwords(2, Duration.ofSeconds(20));
  private static final String HASH = PASSWORDS.hash("right");
  private static final String ADDRESS = "192.0.2.1";
  private static final Duration LIFETIME = Duration.ofMinutes(15);

  private final ManualClock clock = new ManualClock();
  private final ManualNanos nanos = new ManualNanos();
  private final MemoryRevocations revoked = new MemoryRevocations();
  private final MemoryUsers users = new MemoryUsers(revoked);
  private final ConcurrentLinkedQueue<RightsChange> announced = new ConcurrentLinkedQueue<>();
  private final Bus bus = new LoopbackBus();
  private final ApiKeys apiKeys = new ApiKeys(new MemoryKeys(), clock);
  private final Tickets tickets = new Tickets(new MemoryTickets(), Duration.ofSeconds(30), clock);
  private final TokenVerifier verifier =
      new TokenVerifier(List.of(SECRET), VerificationKeys.NONE, "", "", clock);
  private final Authenticator authenticator =
      new Authenticator(users, revoked, verifier, apiKeys, tickets, clock);
  private final Logins logins =
      new Logins(
          users,
          revoked,
          PASSWORDS,
          new LoginLimiter(10, nanos),
          verifier,
          new TokenIssuer(SECRET, LIFETIME, clock),
          authenticator,
          clock,
          Settings.of(Map.of("CARILLON_SESSION_LIFETIME", "1h")));

  @BeforeEach
  void listenToTheBus() {
    bus.listen(
        new BusListener() {
          @Override
          public void onEvent(ChannelEvent event) {
            throw new AssertionError("no event belongs here");
          }

          @Override
          public void onRightsChange(RightsChange change) {
            announced.add(change);
            authenticator.onRightsChange(change);
          }

          @Override
          public void onReconnected() {
            throw new AssertionError("never away");
          }
        });
  }

  private void logout(Identity identity) {
    bus.announce(logins.logout(identity).orElseThrow());
  }

  private User account(String id, OrganizationRole role) {
    User user = new User("demo", new UserId(id), id, "", role, 0);
    user.changePassword(HASH);
    users.add(user);
    return user;
  }

  private IssuedToken login(String id) {
    return logins.login("demo", new UserId(id), "right", ADDRESS);
  }

  private static ErrorCode refusal(Runnable attempt) {
    RealtimeException refusal = catchThrowableOfType(RealtimeException.class, attempt::run);
    assertThat(refusal).as("let in").isNotNull();
    return refusal.code();
  }

  @Test
  void knowsWhoLoggedIn() {
    account("alice", OrganizationRole.ADMIN);
    IssuedToken token = login("alice");
    Identity identity = authenticator.authenticate(token.token());
    assertThat(identity).isEqualTo(token.identity());
    assertThat(identity.role()).isEqualTo(OrganizationRole.ADMIN);
    assertThat(identity.expiresAt()).isEqualTo(Tokens.NOW.plus(LIFETIME));
  }

  @Test
  void answersEveryFailedLoginAlike() {
    account("alice", OrganizationRole.MEMBER);
    account("locked", OrganizationRole.MEMBER).lock();
    users.add(new User("demo", new UserId("foreign"), "", "", OrganizationRole.MEMBER, 0));
    List<Runnable> failures =
        List.of(
            () -> logins.login("demo", new UserId("alice"), "wrong", ADDRESS),
            () -> logins.login("demo", new UserId("nobody"), "right", ADDRESS),
            () -> logins.login("demo", new UserId("foreign"), "right", ADDRESS),
            () -> logins.login("other", new UserId("alice"), "right", ADDRESS),
            () -> logins.login("demo", new UserId("locked"), "right", ADDRESS));
    for (Runnable failure : failures) {
      assertThatThrownBy(failure::run)
          .isInstanceOf(RealtimeException.class)
          .hasMessage("user or password");
    }
  }

  @Test
  void refusesAnOrganizationThatCannotBeOne() {
    for (String organization : List.of("", "Demo", "demo\nLogin refused: nobody", "a/b")) {
      assertThat(refusal(() -> logins.login(organization, new UserId("alice"), "x", ADDRESS)))
          .isEqualTo(ErrorCode.MALFORMED);
    }
  }

  @Test
  void limitsFailedLoginsAndNotTheOthers() {
    account("alice", OrganizationRole.MEMBER);
    for (int i = 0; i < 12; i++) {
      login("alice");
    }
    for (int i = 0; i < 10; i++) {
      assertThat(refusal(() -> logins.login("demo", new UserId("alice"), "wrong", ADDRESS)))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    RealtimeException refusal = catchThrowableOfType(RealtimeException.class, () -> login("alice"));
    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
    nanos.advance(refusal.retryAfter());
    login("alice");
  }

  @Test
  void expires() {
    account("alice", OrganizationRole.MEMBER);
    String token = login("alice").token();
    clock.advance(LIFETIME.minusSeconds(1));
    authenticator.authenticate(token);
    clock.advance(Duration.ofSeconds(1));
    // Also while the answer of a moment ago is still remembered.
    assertThat(refusal(() -> authenticator.authenticate(token))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
  }

  @Test
  void renewsWithinTheSessionOnly() {
    account("alice", OrganizationRole.MEMBER);
    IssuedToken token = login("alice");
    for (int i = 0; i < 5; i++) {
      clock.advance(Duration.ofMinutes(10));
      IssuedToken renewed = logins.renew(token.token());
      assertThat(renewed.identity().tokenId()).isEqualTo(token.identity().tokenId());
      assertThat(renewed.expiresAt()).isAfter(token.expiresAt());
      token = renewed;
    }
    assertThat(token.expiresAt()).isEqualTo(Tokens.NOW.plus(Duration.ofHours(1)));
    clock.advance(Duration.ofMinutes(10));
    String last = token.token();
    assertThat(refusal(() -> logins.renew(last))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
  }

  @Test
  void renewsNothingThatIsNotOurs() {
    assertThat(refusal(() -> logins.renew(signed(claims())))).isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(() -> logins.renew(apiKeys.create("demo", "bot").text())))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(() -> logins.renew("rubbish"))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void logsOutEveryTokenOfTheSessionAndNoOther() {
    account("alice", OrganizationRole.MEMBER);
    IssuedToken token = login("alice");
    IssuedToken other = login("alice");
    clock.advance(Duration.ofMinutes(1));
    IssuedToken renewed = logins.renew(token.token());
    authenticator.authenticate(token.token());
    authenticator.authenticate(renewed.token());

    logout(authenticator.authenticate(token.token()));
    assertThat(refusal(() -> authenticator.authenticate(token.token())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.authenticate(renewed.token())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> logins.renew(renewed.token()))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    authenticator.authenticate(other.token());

    assertThat(announced).containsExactly(RightsChange.ofUser("demo", new UserId("alice")));
    assertThat(revoked.until.get(token.identity().tokenId()))
        .as("kept until no token of the session can be valid")
        .isGreaterThanOrEqualTo(Tokens.NOW.plus(Duration.ofHours(1)).toEpochMilli());
  }

  @Test
  void logsOutAForeignToken() {
    String token = signed(claims());
    logout(authenticator.authenticate(token));
    assertThat(refusal(() -> authenticator.authenticate(token)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    authenticator.authenticate(signed(claims().put("jti", "another")));
  }

  @Test
  void provisionsWhoComesWithAForeignToken() {
    String token = signed(claims().put("org", "acme").put("name", "Erin").put("role", "OWNER"));
    Identity erin = authenticator.authenticate(token);
    assertThat(erin.organization()).isEqualTo("acme");
    assertThat(erin.role()).isEqualTo(OrganizationRole.OWNER);
    assertThat(users.accounts.get("acme/erin").name()).isEqualTo("Erin");
    // The issuer says the role of those who exist by its word alone.
    Identity demoted = authenticator.authenticate(signed(claims().put("org", "acme")));
    assertThat(demoted.role()).isEqualTo(OrganizationRole.MEMBER);
  }

  @Test
  void believesNoTokenOverTheRecordOfALocalAccount() {
    User alice = account("alice", OrganizationRole.MEMBER);
    String foreign = signed(claims().put("sub", "alice").put("role", "OWNER"));
    assertThat(authenticator.authenticate(foreign).role()).isEqualTo(OrganizationRole.MEMBER);

    String own = login("alice").token();
    alice.appoint(OrganizationRole.ADMIN);
    assertThat(authenticator.authenticate(own).role()).isEqualTo(OrganizationRole.ADMIN);
  }

  @Test
  void refusesOurOwnTokenOfAnAccountThatIsGone() {
    account("alice", OrganizationRole.MEMBER);
    String token = login("alice").token();
    users.accounts.clear();
    assertThat(refusal(() -> authenticator.authenticate(token)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesLockedUsersAsSoonAsItHears() {
    User alice = account("alice", OrganizationRole.MEMBER);
    IssuedToken token = login("alice");
    Identity identity = authenticator.authenticate(token.token());
    Tickets.Ticket ticket = tickets.issue(identity);
    alice.lock();
    bus.announce(RightsChange.ofUser("demo", new UserId("alice")));
    assertThat(refusal(() -> authenticator.authenticate(token.token())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.redeem(ticket.value())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.refresh(identity))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.renew(identity, token.token())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void remembersForAMomentInsteadOfAskingAgain() {
    account("alice", OrganizationRole.MEMBER);
    String token = login("alice").token();
    authenticator.authenticate(token);
    int reads = users.reads.get();
    authenticator.authenticate(token);
    assertThat(users.reads.get()).isEqualTo(reads);
    bus.announce(RightsChange.ofUser("demo", new UserId("alice")));
    authenticator.authenticate(token);
    assertThat(users.reads.get()).isEqualTo(reads + 1);
  }

  @Test
  void letsNobodyInWithoutTheRecord() {
    account("alice", OrganizationRole.MEMBER);
    String own = login("alice").token();
    users.away = true;
    for (String token : List.of(own, signed(claims()))) {
      assertThatThrownBy(() -> authenticator.authenticate(token))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> login("alice")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void takesATicketOnceAndOnlyWhileItsTokenIsGood() {
    account("alice", OrganizationRole.MEMBER);
    Identity alice = authenticator.authenticate(login("alice").token());
    String ticket = tickets.issue(alice).value();
    assertThat(authenticator.redeem(ticket)).isEqualTo(alice);
    assertThat(refusal(() -> authenticator.redeem(ticket))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.redeem(""))).isEqualTo(ErrorCode.UNAUTHENTICATED);

    String loggedOut = tickets.issue(alice).value();
    logout(alice);
    assertThat(refusal(() -> authenticator.redeem(loggedOut))).isEqualTo(ErrorCode.UNAUTHENTICATED);

    Identity again = authenticator.authenticate(login("alice").token());
    clock.advance(LIFETIME.minusSeconds(10));
    String late = tickets.issue(again).value();
    clock.advance(Duration.ofSeconds(10));
    assertThat(refusal(() -> authenticator.redeem(late))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
  }

  @Test
  void renewsAConnectionForTheSameUserOnly() {
    account("alice", OrganizationRole.MEMBER);
    account("bob", OrganizationRole.ADMIN);
    Identity alice = authenticator.authenticate(login("alice").token());
    clock.advance(Duration.ofMinutes(5));
    Identity renewed = authenticator.renew(alice, login("alice").token());
    assertThat(renewed.expiresAt()).isAfter(alice.expiresAt());

    assertThat(refusal(() -> authenticator.renew(alice, login("bob").token())))
        .isEqualTo(ErrorCode.FORBIDDEN);
    String sameNameElsewhere = signed(claims().put("sub", "alice").put("org", "acme"));
    assertThat(refusal(() -> authenticator.renew(alice, sameNameElsewhere)))
        .isEqualTo(ErrorCode.FORBIDDEN);
    String old = login("alice").token();
    clock.advance(LIFETIME);
    assertThat(refusal(() -> authenticator.renew(alice, old))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
    assertThat(refusal(() -> authenticator.renew(alice, "rubbish")))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void knowsAnApiKeyUntilItIsRevoked() {
    ApiKeys.Created key = apiKeys.create("acme", "billing");
    Identity program = authenticator.authenticate(key.text());
    assertThat(program)
        .isEqualTo(
            new Identity(
                "acme",
                new UserId("key:" + key.id()),
                "billing",
                "",
                OrganizationRole.ADMIN,
                key.id(),
                Instant.MAX,
                Identity.Kind.API_KEY));
    assertThat(authenticator.redeem(tickets.issue(program).value())).isEqualTo(program);
    assertThat(logins.logout(program)).isEmpty();
    authenticator.authenticate(key.text());

    assertThat(apiKeys.revoke("demo", key.id())).as("of another organization").isEmpty();
    RightsChange change = RightsChange.ofUser("acme", program.userId());
    assertThat(apiKeys.revoke("acme", key.id())).contains(change);
    bus.announce(change);
    assertThat(refusal(() -> authenticator.authenticate(key.text())))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.refresh(program))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesEverythingThatIsNearlyAnApiKey() {
    ApiKeys.Created key = apiKeys.create("acme", "");
    String text = key.text();
    List<String> wrong =
        List.of(
            text.substring(0, text.length() - 1),
            text + "0",
            text.toUpperCase(java.util.Locale.ROOT),
            text.replace("ck_", "ck__"),
            "ck_" + key.id() + "_" + "0".repeat(64),
            "ck_" + "f".repeat(16) + text.substring(text.lastIndexOf('_')),
            "ck_",
            "ck__",
            "ck_" + key.id(),
            text + '\n');
    for (String attempt : wrong) {
      assertThat(refusal(() -> authenticator.authenticate(attempt)))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(key.toString()).doesNotContain(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "bearer", "a.b.c", "null", "undefined", "\u0000"})
  void refusesRubbish(String credential) {
    assertThat(refusal(() -> authenticator.authenticate(credential)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesLoginsWhereThereIsNoSecretToSignThemWith() {
    Logins off =
        new Logins(
            users,
            revoked,
            PASSWORDS,
            new LoginLimiter(10, nanos),
            verifier,
            new TokenIssuer(new byte[0], LIFETIME, clock),
            authenticator,
            clock,
            Settings.of(Map.of()));
    account("alice", OrganizationRole.MEMBER);
    assertThat(refusal(() -> off.login("demo", new UserId("alice"), "right", ADDRESS)))
        .isEqualTo(ErrorCode.FORBIDDEN);
  }

  // ---- by the word of the server

  private ContainerIdentities container(String createUsers) {
    Settings settings =
        Settings.of(
            Map.of(
                "CARILLON_CONTAINER_ORGANIZATION",
                "demo",
                "CARILLON_CONTAINER_ROLES",
                "chefs=ADMIN,staff=MEMBER",
                "CARILLON_CONTAINER_CREATE_USERS",
                createUsers));
    return new ContainerIdentities(settings, authenticator, clock);
  }

  @Test
  void takesTheServersWordForRolesThatCount() {
    ContainerIdentities container = container("true");
    String mark = container.newMark();
    Identity frida = container.authenticate("frida", "chefs"::equals, () -> mark);
    assertThat(frida.userId().value()).isEqualTo("frida");
    assertThat(frida.name()).isEqualTo("frida");
    assertThat(frida.role()).isEqualTo(OrganizationRole.ADMIN);
    assertThat(frida.tokenId()).isEqualTo(mark);
    account("alice", OrganizationRole.MEMBER);
    assertThat(container.authenticate("alice", "chefs"::equals, () -> "").role())
        .as("an account with a password")
        .isEqualTo(OrganizationRole.MEMBER);
    assertThat(refusal(() -> container.authenticate("frida", "guests"::equals, () -> mark)))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(() -> container.authenticate(" x", "staff"::equals, () -> mark)))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(refusal(() -> container("false").authenticate("new", "staff"::equals, () -> mark)))
        .isEqualTo(ErrorCode.FORBIDDEN);
    assertThat(users.find("demo", new UserId("new"))).isEmpty();
  }

  @Test
  void endsWithTheServersSession() {
    ContainerIdentities container = container("true");
    String mark = container.newMark();
    String other = container.newMark();
    Identity frida = container.authenticate("frida", "staff"::equals, () -> mark);
    Identity elsewhere = container.authenticate("frida", "staff"::equals, () -> other);
    String ticket = tickets.issue(frida).value();
    logout(container.ended("frida", mark));
    assertThat(refusal(() -> container.authenticate("frida", "staff"::equals, () -> mark)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.refresh(frida))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(() -> authenticator.redeem(ticket))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(authenticator.refresh(elsewhere).tokenId()).isEqualTo(other);
    users.accounts.get("demo/frida").lock();
    authenticator.onRightsChange(RightsChange.ofUser("demo", new UserId("frida")));
    assertThat(refusal(() -> container.authenticate("frida", "staff"::equals, () -> other)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }
}
