package io.carillon.security;

import static io.carillon.security.Tokens.CLOCK;
import static io.carillon.security.Tokens.NOW;
import static io.carillon.security.Tokens.SECRET;
import static io.carillon.security.Tokens.base64;
import static io.carillon.security.Tokens.bytes;
import static io.carillon.security.Tokens.claims;
import static io.carillon.security.Tokens.header;
import static io.carillon.security.Tokens.mac;
import static io.carillon.security.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.json.JsonObject;
import java.math.BigDecimal;
import java.net.URI;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static RSAKey rsa;
  private static ECKey ec;
  private static VerificationKeys published;

  private final TokenVerifier verifier = verifier("", "");

  @BeforeAll
  static void makeKeys() throws JOSEException, ParseException {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    String set = new JWKSet(List.of(rsa, ec)).toPublicJWKSet().toString();
    published = PublishedKeys.parse(set)::find;
  }

  private static TokenVerifier verifier(String issuer, String audience) {
    return new TokenVerifier(List.of(SECRET), published, issuer, audience, CLOCK);
  }

  private ErrorCode refusal(String token) {
    return refusal(verifier, token);
  }

  private static ErrorCode refusal(TokenVerifier verifier, String token) {
    RealtimeException refusal =
        catchThrowableOfType(RealtimeException.class, () -> verifier.verify(token));
    assertThat(refusal).as("accepted: %s", token).isNotNull();
    return refusal.code();
  }

  @Test
  void readsTheClaimsOfAForeignToken() {
    TokenClaims claims =
        verifier.verify(
            signed(
                claims()
                    .put("org", "acme")
                    .put("name", " Erin\u202e\u0000\n Müller ")
                    .put("picture", "https://img.example/erin.png")
                    .put("role", "admin")));
    assertThat(claims.own()).isFalse();
    assertThat(claims.organization()).isEqualTo("acme");
    assertThat(claims.userId().value()).isEqualTo("erin");
    assertThat(claims.name()).isEqualTo("Erin Müller");
    assertThat(claims.avatarUrl()).isEqualTo("https://img.example/erin.png");
    assertThat(claims.role()).isEqualTo(OrganizationRole.ADMIN);
    assertThat(claims.expiresAt()).isEqualTo(NOW.plusSeconds(600));
  }

  @Test
  void takesDefaultsWhereAForeignTokenIsSilentOrOdd() {
    TokenClaims claims =
        verifier.verify(
            signed(
                claims()
                    .put("name", "\u0000\u200e")
                    .put("picture", "javascript:alert(1)")
                    .put("role", "authenticated")));
    assertThat(claims.organization()).isEqualTo("demo");
    assertThat(claims.name()).isEqualTo("erin");
    assertThat(claims.avatarUrl()).isEmpty();
    assertThat(claims.role()).isEqualTo(OrganizationRole.MEMBER);
  }

  @Test
  void cutsAVeryLongNameBetweenCharacters() {
    TokenClaims claims =
        verifier.verify(signed(claims().put("name", "a" + "\uD83D\uDE00".repeat(300))));
    assertThat(claims.name().length()).isLessThanOrEqualTo(100);
    assertThat(claims.name()).isEqualTo("a" + "\uD83D\uDE00".repeat(49));
  }

  @Test
  void acceptsEachHmacForWhichTheSecretIsLongEnough() {
    for (JWSAlgorithm algorithm : JWSAlgorithm.Family.HMAC_SHA) {
      String token = signed(header(algorithm).build(), claims().toString(), mac(SECRET));
      assertThat(verifier.verify(token).userId().value()).isEqualTo("erin");
    }
  }

  @Test
  void acceptsPublishedKeysWithTheirOwnAlgorithm() throws JOSEException {
    JWSHeader byRsa = header(JWSAlgorithm.RS256).keyID("rsa").build();
    JWSHeader byEc = header(JWSAlgorithm.ES256).keyID("ec").build();
    JWSHeader unnamed = header(JWSAlgorithm.ES256).build();
    assertThat(verifier.verify(signed(byRsa, claims().toString(), new RSASSASigner(rsa))).own())
        .isFalse();
    assertThat(verifier.verify(signed(byEc, claims().toString(), new ECDSASigner(ec))).own())
        .isFalse();
    assertThat(verifier.verify(signed(unnamed, claims().toString(), new ECDSASigner(ec))).own())
        .isFalse();
  }

  @Test
  void refusesAnotherAlgorithmOfTheSameKey() throws JOSEException {
    for (JWSAlgorithm other : List.of(JWSAlgorithm.RS384, JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
      JWSHeader header = header(other).keyID("rsa").build();
      assertThat(refusal(signed(header, claims().toString(), new RSASSASigner(rsa))))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void takesTheAlgorithmThatAPublishedKeyNames() throws JOSEException, ParseException {
    RSAKey pss = new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.PS512).build();
    PublishedKeys keys = PublishedKeys.parse(new JWKSet(pss).toPublicJWKSet().toString());
    assertThat(keys.find("rsa", JWSAlgorithm.PS512)).isPresent();
    assertThat(keys.find("rsa", JWSAlgorithm.RS256)).isEmpty();
  }

  @Test
  void leavesOutPublishedKeysThatVerifyNothing() throws ParseException {
    String secret = "{\"kty\":\"oct\",\"kid\":\"rsa\",\"k\":\"" + base64("x".repeat(64)) + "\"}";
    String encryption =
        new RSAKey.Builder(rsa.toPublicJWK())
            .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
            .build()
            .toJSONString();
    PublishedKeys keys = PublishedKeys.parse("{\"keys\":[" + secret + "," + encryption + "]}");
    assertThat(keys.keys()).isEmpty();
  }

  @Test
  void refusesAPublicKeyUsedAsASecret() throws JOSEException {
    List<byte[]> publicForms =
        List.of(
            bytes(rsa.toPublicJWK().toJSONString()),
            rsa.toRSAPublicKey().getEncoded(),
            rsa.getModulus().decode(),
            bytes(ec.toPublicJWK().toJSONString()),
            ec.toECPublicKey().getEncoded());
    for (byte[] form : publicForms) {
      for (String keyId : List.of("rsa", "ec")) {
        JWSHeader header = header(JWSAlgorithm.HS256).keyID(keyId).build();
        assertThat(refusal(signed(header, claims().toString(), mac(form))))
            .isEqualTo(ErrorCode.UNAUTHENTICATED);
      }
    }
  }

  @Test
  void refusesAHmacForWhichTheSecretIsTooShort() {
    byte[] shortest = bytes("exactly 32 bytes long, no more..");
    TokenVerifier strict =
        new TokenVerifier(List.of(shortest), VerificationKeys.NONE, "", "", CLOCK);
    // Signed by hand: the library would not, either.
    String token = signed("{\"alg\":\"HS512\"}", claims().toString(), shortest);
    assertThat(refusal(strict, token)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(
            strict
                .verify(signed("{\"alg\":\"HS256\"}", claims().toString(), shortest))
                .userId()
                .value())
        .isEqualTo("erin");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS256 ", "hs256", "RS256", "ES256"})
  void refusesTokensWithoutAnHonestSignature(String algorithm) {
    String header = base64("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}");
    String body = base64(claims().toString());
    for (String signature : List.of("", "AA", base64("x".repeat(32)), base64("\0".repeat(64)))) {
      assertThat(refusal(header + '.' + body + '.' + signature))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    assertThat(refusal(header + '.' + body)).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesASignatureThatIsSpeltInAnyOtherWay() {
    String token = signed(claims());
    String signature = token.substring(token.lastIndexOf('.') + 1);
    List<String> spellings =
        List.of(
            token + '.' + signature,
            token + signature,
            token + "=",
            token + "!",
            token + "\n",
            " " + token,
            token.replace(".", ".."),
            token.substring(0, token.length() - 1),
            token.replace('.', ' '),
            "." + token,
            token + ".");
    for (String spelling : spellings) {
      assertThat(refusal(spelling)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  static List<String> headersThatBringTheirOwnKey() throws JOSEException {
    RSAKey attacker = new RSAKeyGenerator(2048).keyID("rsa").generate();
    String key = attacker.toPublicJWK().toJSONString();
    List<String> headers = new ArrayList<>();
    for (String extra :
        List.of(
            "\"jwk\":" + key,
            "\"jku\":\"http://127.0.0.1:1/keys\"",
            "\"x5u\":\"http://127.0.0.1:1/cert\"",
            "\"x5c\":[\"MIIB\"]",
            "\"crit\":[\"exp\"]",
            "\"crit\":[]",
            "\"b64\":true",
            "\"b64\":false,\"crit\":[\"b64\"]",
            "\"zip\":\"DEF\"")) {
      headers.add("{\"alg\":\"HS256\"," + extra + "}");
      headers.add("{\"alg\":\"RS256\",\"kid\":\"rsa\"," + extra + "}");
    }
    return headers;
  }

  @ParameterizedTest
  @MethodSource("headersThatBringTheirOwnKey")
  void refusesHeadersThatBringTheirOwnKeyOrMeaning(String header) {
    // Even with the right secret: nobody who has it writes such a header.
    assertThat(refusal(signed(header, claims().toString(), SECRET)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../dev/null",
        "/etc/../passwd",
        "' OR 1=1 --",
        "rsa\\u0000",
        "rsa\\n",
        "http://127.0.0.1/\\\"",
        "\\ud800"
      })
  void refusesKeyIdsThatAreTricks(String keyId) {
    String header = "{\"alg\":\"HS256\",\"kid\":\"" + keyId + "\"}";
    assertThat(refusal(signed(header, claims().toString(), SECRET)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal(signed(header, claims().toString(), new byte[64])))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesEndlessKeyIdsAndTokens() {
    String keyId = "k".repeat(257);
    String header = "{\"alg\":\"HS256\",\"kid\":\"" + keyId + "\"}";
    assertThat(refusal(signed(header, claims().toString(), SECRET)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
    String tooLong = signed(claims().put("padding", "x".repeat(8 * 1024)));
    assertThat(refusal(tooLong)).isEqualTo(ErrorCode.UNAUTHENTICATED);
    assertThat(refusal("a.".repeat(1_000_000))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "dpop+jwt", "JWE", "secevent+jwt"})
  void refusesTokensOfAnotherKind(String type) {
    String header = "{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}";
    assertThat(refusal(signed(header, claims().toString(), SECRET)))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "jwt", "at+jwt", "application/at+JWT"})
  void acceptsAccessTokens(String type) {
    String header = "{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}";
    assertThat(verifier.verify(signed(header, claims().toString(), SECRET)).own()).isFalse();
  }

  static List<JsonObject> claimsThatAreWrong() {
    long now = NOW.getEpochSecond();
    List<JsonObject> wrong = new ArrayList<>();
    for (Object exp :
        new Object[] {
          null,
          "" + (now + 600),
          true,
          List.of(now + 600),
          new JsonObject(),
          -1L,
          new BigDecimal("1e300"),
          Long.MAX_VALUE,
          now * 1000 * 1000
        }) {
      wrong.add(claims().put("exp", exp));
    }
    for (String claim : List.of("iat", "nbf")) {
      for (Object time : new Object[] {now + 61, "" + now, true, new BigDecimal("1e20"), -5L}) {
        wrong.add(claims().put(claim, time));
      }
    }
    for (Object sub : new Object[] {null, "", " ", "a\nb", "x".repeat(65), 7L, List.of("erin")}) {
      wrong.add(claims().put("sub", sub));
    }
    for (Object org : new Object[] {"", "Acme", "a/b", "x".repeat(65), 7L, List.of("demo")}) {
      wrong.add(claims().put("org", org));
    }
    wrong.add(claims().put("iss", 7L));
    return wrong;
  }

  @ParameterizedTest
  @MethodSource("claimsThatAreWrong")
  void refusesClaimsThatAreWrong(JsonObject claims) {
    assertThat(refusal(signed(claims))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "7", "{", "{}{}", "{\"sub\":\"erin\",\"exp\":1e10,\"exp\":1}"})
  void refusesAPayloadThatIsNoObject(String payload) {
    JWSHeader header = header(JWSAlgorithm.HS256).build();
    assertThat(refusal(signed(header, payload, mac(SECRET)))).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void toleratesClocksThatAreAMinuteAhead() {
    long now = NOW.getEpochSecond();
    assertThat(verifier.verify(signed(claims().put("iat", now + 60).put("nbf", now + 60))).own())
        .isFalse();
    BigDecimal fraction = new BigDecimal(now + ".25");
    assertThat(
            verifier.verify(signed(claims().put("iat", fraction).put("nbf", fraction))).expiresAt())
        .isEqualTo(NOW.plusSeconds(600));
  }

  @Test
  void tellsAnExpiredTokenFromABadOne() {
    long now = NOW.getEpochSecond();
    assertThat(refusal(signed(claims().put("exp", now)))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
    assertThat(refusal(signed(claims().put("exp", now - 9)))).isEqualTo(ErrorCode.TOKEN_EXPIRED);
    assertThat(verifier.verify(signed(claims().put("exp", now + 1))).own()).isFalse();
    // Expired and forged: says no more than any other forgery.
    JWSHeader header = header(JWSAlgorithm.HS256).build();
    String forged = signed(header, claims().put("exp", now - 9).toString(), mac(new byte[64]));
    assertThat(refusal(forged)).isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void wantsTheConfiguredIssuerAndAudience() {
    TokenVerifier strict = verifier("https://id.example", "carillon");
    JsonObject right = claims().put("iss", "https://id.example").put("aud", "carillon");
    assertThat(strict.verify(signed(right)).own()).isFalse();
    right.put("aud", List.of("other", "carillon"));
    assertThat(strict.verify(signed(right)).own()).isFalse();

    for (Object issuer : new Object[] {null, "", "https://id.example/", "https://ID.example"}) {
      JsonObject wrong = claims().put("iss", issuer).put("aud", "carillon");
      assertThat(refusal(strict, signed(wrong))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
    for (Object audience :
        new Object[] {null, "", "carillon2", List.of(), List.of("other"), 7L, new JsonObject()}) {
      JsonObject wrong = claims().put("iss", "https://id.example").put("aud", audience);
      assertThat(refusal(strict, signed(wrong))).isEqualTo(ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void verifiesWithTheFormerSecretAsWell() {
    byte[] former = bytes("the secret that was used until yesterday");
    TokenVerifier rotating =
        new TokenVerifier(List.of(SECRET, former), VerificationKeys.NONE, "", "", CLOCK);
    JWSHeader header = header(JWSAlgorithm.HS256).build();
    assertThat(rotating.verify(signed(header, claims().toString(), mac(former))).own()).isFalse();
    assertThat(refusal(signed(header, claims().toString(), mac(former))))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void refusesAPublishedKeyThatSpeaksForOurLogins() throws JOSEException {
    JWSHeader header = header(JWSAlgorithm.ES256).keyID("ec").build();
    String claims = claims().put("iss", TokenVerifier.OWN_ISSUER).put("sid", "s").toString();
    assertThat(refusal(signed(header, claims, new ECDSASigner(ec))))
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void neverFollowsAddressesInAToken() throws Exception {
    try (java.net.ServerSocket listener = new java.net.ServerSocket(0)) {
      listener.setSoTimeout(1);
      String address = "http://127.0.0.1:" + listener.getLocalPort() + "/";
      JWSHeader header =
          header(JWSAlgorithm.RS256).keyID("rsa").jwkURL(URI.create(address)).build();
      RSAKey attacker = new RSAKeyGenerator(2048).generate();
      assertThat(refusal(signed(header, claims().toString(), new RSASSASigner(attacker))))
          .isEqualTo(ErrorCode.UNAUTHENTICATED);
      assertThat(catchThrowableOfType(java.net.SocketTimeoutException.class, listener::accept))
          .as("nobody called")
          .isNotNull();
    }
  }

  /** A forger has good tokens of all kinds to play with, and no key. */
  @Test
  void acceptsNoneOfTenThousandForgeries() throws JOSEException {
    long seed = System.nanoTime();
    System.out.println("forgeries with seed " + seed);
    Random random = new Random(seed);
    JWSHeader byEc = header(JWSAlgorithm.ES256).keyID("ec").build();
    JWSHeader byRsa = header(JWSAlgorithm.RS256).keyID("rsa").build();
    List<String> good =
        List.of(
            signed(claims()),
            signed(claims().put("role", "OWNER").put("sub", "mallory")),
            signed(byEc, claims().toString(), new ECDSASigner(ec)),
            signed(byRsa, claims().toString(), new RSASSASigner(rsa)));
    good.forEach(verifier::verify);
    List<String> headers =
        List.of(
            "{\"alg\":\"HS256\"}",
            "{\"alg\":\"HS512\",\"kid\":\"rsa\"}",
            "{\"alg\":\"none\"}",
            "{\"alg\":\"ES256\",\"kid\":\"rsa\"}",
            "{\"alg\":\"RS256\",\"kid\":\"ec\"}",
            "{\"alg\":\"PS256\",\"kid\":\"rsa\"}");
    int forged = 0;
    while (forged < 10_000) {
      String[] one = good.get(random.nextInt(good.size())).split("\\.", -1);
      String[] other = good.get(random.nextInt(good.size())).split("\\.", -1);
      String header =
          random.nextBoolean() ? one[0] : base64(headers.get(random.nextInt(headers.size())));
      String body =
          switch (random.nextInt(3)) {
            case 0 -> one[1];
            case 1 -> other[1];
            default -> base64(claims().put("sub", "user" + forged).put("role", "OWNER").toString());
          };
      String token = header + '.' + body + '.' + spoil(random, other[2]);
      if (!good.contains(token)) {
        assertThat(refusal(token)).isEqualTo(ErrorCode.UNAUTHENTICATED);
        forged++;
      }
    }
  }

  private static String spoil(Random random, String signature) {
    int at = random.nextInt(signature.length());
    return switch (random.nextInt(5)) {
      case 0 -> signature;
      case 1 -> signature.substring(0, at);
      case 2 -> signature + signature.substring(at);
      case 3 -> "A".repeat(signature.length());
      default -> {
        // The first character holds six bits of the signature, none of them unused.
        char swapped = signature.charAt(0) == 'A' ? 'B' : 'A';
        yield swapped + signature.substring(1);
      }
    };
  }
}
