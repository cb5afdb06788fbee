package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.ApiKey;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.Organization;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.TokenOwner;
import io.carillon.domain.user.User;
import io.carillon.domain.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store of organizations, accounts, keys and tokens does, whatever the database. */
@Timeout(60)
abstract class UserRepositoryContract {
  private TestDatabase database;
  private Fixture f;

  @BeforeEach
  void open(TestDatabase shared) {
    database = shared;
    f = new Fixture(shared);
  }

  // ---- organizations

  @Test
  void makesAnOrganizationOnceHoweverManyAsk() throws Exception {
    for (int trial = 0; trial < 10; trial++) {
      String id = f.organization + "-" + trial;
      Callable<Long> attempt = () -> f.organizations.ensure(id).createdAtMillis();
      assertThat(Race.atOnce(List.of(attempt, attempt, attempt))).containsOnly(f.clock.millis());
      assertThat(f.organizations.find(id)).get().extracting(Organization::title).isEqualTo(id);
    }
    assertThat(f.organizations.list(f.organization, 3))
        .extracting(Organization::id)
        .hasSize(3)
        .isSorted();
  }

  @Test
  void knowsWhatCanBeAnOrganization() {
    for (String id : List.of("", "Acme", "a_b", "a b", "\u00e9", "a\u0000", "x".repeat(65))) {
      assertThat(f.organizations.find(id)).isEmpty();
      assertThatThrownBy(() -> f.organizations.ensure(id))
          .isInstanceOfSatisfying(
              RealtimeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED));
    }
    assertThat(f.organizations.ensure("x".repeat(64)).id()).hasSize(64);
  }

  // ---- accounts

  @Test
  void readsBackAnAccount() {
    User user =
        new User(
            f.organization,
            new UserId("al\u00efce@example.org"),
            "Al\u00efce \ud83d\udd14",
            "https://img.example/a",
            OrganizationRole.ADMIN,
            f.clock.millis());
    user.changePassword("$argon2id$hash");
    assertThat(f.users.add(user)).isTrue();
    User read = f.users.find(f.organization, user.id()).orElseThrow();
    assertThat(read.name()).isEqualTo("Al\u00efce \ud83d\udd14");
    assertThat(read.avatarUrl()).isEqualTo("https://img.example/a");
    assertThat(read.role()).isEqualTo(OrganizationRole.ADMIN);
    assertThat(read.passwordHash()).contains("$argon2id$hash");
    assertThat(read.isLocked()).isFalse();
    assertThat(read.createdAtMillis()).isEqualTo(f.clock.millis());
    assertThat(f.users.add(user)).isFalse();
    assertThat(f.users.find(new Fixture(database).organization, user.id())).isEmpty();
  }

  @Test
  void storesChangesOfALockedAccountOnly() {
    User alice = f.users.provision(f.user("alice"));
    f.transactions.run(
        () -> {
          f.users.find(f.organization, alice.id()).orElseThrow().lock();
          User locked = f.users.lock(f.organization, alice.id()).orElseThrow();
          locked.changePassword("hash");
          locked.appoint(OrganizationRole.OWNER);
          return null;
        });
    User now = f.users.find(f.organization, alice.id()).orElseThrow();
    assertThat(now.isLocked()).isFalse();
    assertThat(now.passwordHash()).contains("hash");
    assertThat(now.role()).isEqualTo(OrganizationRole.OWNER);
    f.transactions.run(
        () -> {
          User locked = f.users.lock(f.organization, alice.id()).orElseThrow();
          locked.lock();
          return null;
        });
    assertThat(f.users.find(f.organization, alice.id()).orElseThrow().isLocked()).isTrue();
    assertThat(
            f.transactions.run(
                () -> f.users.lock(f.organization, new UserId("nobody")).isPresent()))
        .isFalse();
  }

  @Test
  void provisionsAnAccountAndItsOrganizationAtFirstSight() {
    Identity stranger = identity("new-" + f.organization, "alice", "Alice", "");
    User made = f.users.provision(stranger);
    assertThat(made.name()).isEqualTo("Alice");
    assertThat(made.role()).isEqualTo(OrganizationRole.ADMIN);
    assertThat(made.passwordHash()).isEmpty();
    assertThat(f.organizations.find(stranger.organization())).isPresent();
  }

  @Test
  void takesNewNamesAndPicturesFromTokensAndLeavesTheRest() {
    f.users.provision(identity(f.organization, "alice", "Alice", "https://img.example/1"));
    f.transactions.run(
        () -> {
          User locked = f.users.lock(f.organization, new UserId("alice")).orElseThrow();
          locked.changePassword("hash");
          locked.appoint(OrganizationRole.MEMBER);
          return null;
        });
    User renamed = f.users.provision(identity(f.organization, "alice", "Alicia", ""));
    assertThat(renamed.name()).isEqualTo("Alicia");
    assertThat(renamed.avatarUrl()).isEqualTo("https://img.example/1");
    f.users.provision(identity(f.organization, "alice", "Alicia", "https://img.example/2"));
    User now = f.users.find(f.organization, new UserId("alice")).orElseThrow();
    assertThat(now.name()).isEqualTo("Alicia");
    assertThat(now.avatarUrl()).isEqualTo("https://img.example/2");
    assertThat(now.passwordHash()).contains("hash");
    assertThat(now.role()).isEqualTo(OrganizationRole.MEMBER);
  }

  @Test
  void provisionsOneAccountForManyTabs() throws Exception {
    for (int trial = 0; trial < 10; trial++) {
      Identity who = identity("fresh-" + trial + "-" + f.organization, "alice", "Alice", "");
      Callable<String> attempt = () -> f.users.provision(who).name();
      assertThat(Race.atOnce(List.of(attempt, attempt, attempt, attempt))).containsOnly("Alice");
    }
  }

  @Test
  void findsManyAccountsAtOnce() {
    List<UserId> ids = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      UserId id = new UserId("user-" + i);
      ids.add(id);
      if (i % 100 == 0) {
        f.users.provision(f.user(id.value()));
      }
    }
    assertThat(f.users.findAll(f.organization, ids)).hasSize(10);
    assertThat(f.users.findAll(f.organization, List.of())).isEmpty();
    assertThat(f.users.list(f.organization, "", 4))
        .extracting(user -> user.id().value())
        .containsExactly("user-0", "user-100", "user-200", "user-300");
    assertThat(f.users.list(f.organization, "user-300", 1))
        .extracting(user -> user.id().value())
        .containsExactly("user-400");
  }

  // ---- API keys

  @Test
  void keepsAnApiKeyUntilItIsRevoked() {
    byte[] secret = new byte[ApiKey.MIN_SECRET_BYTES];
    secret[5] = 7;
    String id = "key-" + f.organization;
    ApiKey key = new ApiKey(id, f.organization, "Builds", secret, f.clock.millis());
    assertThat(f.apiKeys.add(key)).isTrue();
    assertThat(f.apiKeys.add(new ApiKey(id, f.organization, "Other", secret, 1))).isFalse();
    ApiKey read = f.apiKeys.find(id).orElseThrow();
    assertThat(read.opensWith(secret, 0)).isTrue();
    assertThat(read.name()).isEqualTo("Builds");
    assertThat(f.apiKeys.revoke("elsewhere", id)).isFalse();
    assertThat(f.apiKeys.revoke(f.organization, id)).isTrue();
    assertThat(f.apiKeys.revoke(f.organization, id)).isFalse();
    assertThat(f.apiKeys.find(id).orElseThrow().opensWith(secret, 0)).isFalse();
    assertThat(f.apiKeys.list(f.organization, "", 10)).extracting(ApiKey::id).containsExactly(id);
    assertThat(f.apiKeys.find("no such key \u0000")).isEmpty();
    assertThat(f.apiKeys.revoke(f.organization, "\u0000")).isFalse();
  }

  // ---- tokens

  @Test
  void tellsWhoseManyTokensAreAndWhichWereGivenBack() {
    String elsewhere = "elsewhere-" + f.organization;
    for (String id : List.of("alice", "bob")) {
      f.users.provision(identity(f.organization, id, id, ""));
      f.users.provision(identity(elsewhere, id, id + " elsewhere", ""));
    }
    String token = f.organization + " any text \u0000 ";
    long end = f.clock.instant().plusSeconds(60).toEpochMilli();
    f.revokedTokens.revoke(token + 2, end);
    List<TokenOwner.Question> questions =
        List.of(
            new TokenOwner.Question(f.organization, new UserId("alice"), token + 1),
            new TokenOwner.Question(f.organization, new UserId("alice"), token + 2),
            new TokenOwner.Question(elsewhere, new UserId("bob"), token + 3),
            new TokenOwner.Question(f.organization, new UserId("nobody"), token + 2),
            new TokenOwner.Question(f.organization, new UserId("bob"), token + 4),
            new TokenOwner.Question(elsewhere, new UserId("alice"), token + 2));
    List<String> expected =
        List.of(
            "alice false",
            "alice true",
            "bob elsewhere false",
            "nobody",
            "bob false",
            "alice elsewhere true");
    assertThat(f.users.findOwners(questions)).extracting(this::text).isEqualTo(expected);
    for (int i = 0; i < questions.size(); i++) { // each alone, which is another statement
      assertThat(f.users.findOwners(questions.subList(i, i + 1)))
          .extracting(this::text)
          .containsExactly(expected.get(i));
    }
    f.revokedTokens.purge(end); // which another test counts
    User stale = f.users.findOwners(questions).get(0).orElseThrow().user();
    stale.describe("changed", "");
    assertThat(f.users.find(f.organization, new UserId("alice")).orElseThrow().name())
        .isEqualTo("alice");
  }

  private String text(Optional<TokenOwner> owner) {
    return owner.map(o -> o.user().name() + ' ' + o.revoked()).orElse("nobody");
  }

  @Test
  void remembersRevokedTokensUntilTheyEnd() {
    String token = f.organization + " any text \u0000\ud83d " + "x".repeat(10_000);
    Instant end = f.clock.instant().plusSeconds(60);
    assertThat(f.revokedTokens.isRevoked(token)).isFalse();
    f.revokedTokens.revoke(token, end.toEpochMilli());
    f.revokedTokens.revoke(token, end.toEpochMilli());
    assertThat(f.revokedTokens.isRevoked(token)).isTrue();
    assertThat(f.revokedTokens.isRevoked(token + "x")).isFalse();
    assertThat(f.revokedTokens.purge(end.toEpochMilli() - 1)).isZero();
    assertThat(f.revokedTokens.isRevoked(token)).isTrue();
    assertThat(f.revokedTokens.purge(end.toEpochMilli())).isEqualTo(1);
    assertThat(f.revokedTokens.isRevoked(token)).isFalse();
  }

  private static Identity identity(String organization, String id, String name, String avatarUrl) {
    return new Identity(
        organization,
        new UserId(id),
        name,
        avatarUrl,
        OrganizationRole.ADMIN,
        "",
        Instant.MAX,
        Identity.Kind.USER);
  }
}
