package io.carillon.security;

import static io.carillon.security.Tokens.CLOCK;
import static io.carillon.security.Tokens.NOW;
import static io.carillon.security.Tokens.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenIssuerTest {
  private static final Instant FAR = NOW.plus(Duration.ofHours(12));
  private final TokenIssuer issuer = new TokenIssuer(SECRET, Duration.ofMinutes(15), CLOCK);
  private final Identity alice =
      new Identity(
          "demo",
          new UserId("alice"),
          "Alice",
          "",
          OrganizationRole.MEMBER,
          "session-1",
          NOW,
          Identity.Kind.USER);

  @Test
  void makesTokensThatOurVerifierKnowsAsOwnWhateverTheForeignIssuerIs() {
    TokenVerifier verifier =
        new TokenVerifier(
            List.of(SECRET), VerificationKeys.NONE, "https://id.example", "someone", CLOCK);
    IssuedToken token = issuer.issue(alice, NOW, FAR);
    TokenClaims claims = verifier.verify(token.token());
    assertThat(claims.own()).isTrue();
    assertThat(claims.tokenId()).isEqualTo("session-1");
    assertThat(claims.toIdentity()).isEqualTo(token.identity());
    assertThat(token.expiresAt()).isEqualTo(NOW.plus(Duration.ofMinutes(15)));
  }

  @Test
  void namesEverythingThatOthersMayWantToKnow() {
    String[] parts = issuer.issue(alice, NOW, FAR).token().split("\\.", -1);
    assertThat(Tokens.decode(parts[0]))
        .isEqualTo(new JsonObject().put("alg", "HS256").put("typ", "JWT"));
    JsonObject claims = Tokens.decode(parts[1]);
    assertThat(claims.names())
        .containsExactlyInAnyOrder(
            "iss", "sub", "org", "name", "role", "sid", "auth_time", "jti", "iat", "exp");
    assertThat(claims.get("jti"))
        .isNotEqualTo(
            Tokens.decode(issuer.issue(alice, NOW, FAR).token().split("\\.", -1)[1]).get("jti"));
  }

  @Test
  void neverOutlivesTheSession() {
    Instant end = NOW.plusSeconds(90);
    assertThat(issuer.issue(alice, NOW, end).expiresAt()).isEqualTo(end);
  }

  @Test
  void refusesAShortSecret() {
    assertThatThrownBy(() -> new TokenIssuer(new byte[31], Duration.ofMinutes(1), CLOCK))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keepsTheTokenOutOfLogs() {
    IssuedToken token = issuer.issue(alice, NOW, FAR);
    assertThat(token.toString()).doesNotContain(token.token());
  }
}
