package io.carillon.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.util.Base64URL;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.UserId;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks JSON Web Tokens (RFC 7519, RFC 8725) of our own logins and of foreign issuers. For any
 * thread.
 *
 * <p>The key decides the algorithm, never the token: our secrets verify HMAC and nothing else, a
 * published key its one algorithm. Whatever in a header could bring in another key ({@code jwk},
 * {@code jku}, {@code x5u}, {@code x5c}) or another meaning ({@code crit}, {@code b64}) is refused.
 *
 * <table>
 *   <caption>Claims</caption>
 *   <tr><td>{@code exp}</td><td>must be there, a number and in the future</td></tr>
 *   <tr><td>{@code nbf}, {@code iat}</td><td>if there: a number, at most 60 s in the future</td></tr>
 *   <tr><td>{@code iss}, {@code aud}</td><td>must be the configured ones, if any are; tokens of our
 *       own logins are valid in any case</td></tr>
 *   <tr><td>{@code sub}</td><td>must be a user id</td></tr>
 *   <tr><td>{@code org}</td><td>an organization; {@code demo} if missing</td></tr>
 *   <tr><td>{@code typ} (header)</td><td>{@code JWT}, {@code at+jwt} or missing</td></tr>
 * </table>
 */
final class TokenVerifier {
  /** A longer token is refused unread. */
  static final int MAX_LENGTH = 8 * 1024;

  /** The issuer of our own logins' tokens: a name in which nobody else can issue. */
  static final String OWN_ISSUER = "urn:carillon:login";

  /** How far the clocks of issuers and nodes may be ahead of ours. */
  static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(60);

  // Stricter than the decoder, which skips what it does not know: one token, one spelling.
  private static final Pattern COMPACT =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._~:/+=@-]{0,256}");
  private static final Set<String> FORBIDDEN_HEADERS =
      Set.of("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip");
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final List<JWSVerifier> secrets = new ArrayList<>();
  private final VerificationKeys keys;
  private final String issuer;
  private final String audience;
  private final Clock clock;

  /**
   * @param secrets each of at least 32 bytes; several while one replaces another
   * @param keys of foreign issuers
   * @param issuer that a foreign token must name; empty for any
   * @param audience that a foreign token must name; empty for any
   */
  TokenVerifier(
      List<byte[]> secrets, VerificationKeys keys, String issuer, String audience, Clock clock) {
    try {
      for (byte[] secret : secrets) {
        this.secrets.add(new MACVerifier(secret));
      }
    } catch (JOSEException e) {
      throw new IllegalArgumentException("a token secret is shorter than 32 bytes", e);
    }
    this.keys = keys;
    this.issuer = issuer;
    this.audience = audience;
    this.clock = clock;
  }

  /**
   * What the token says, if it is genuine and valid now.
   *
   * @throws RealtimeException with {@code TOKEN_EXPIRED} if it was valid once, {@code
   *     UNAUTHENTICATED} if not, {@code OVERLOADED} if the issuer's keys cannot be had
   */
  TokenClaims verify(String token) {
    if (token.length() > MAX_LENGTH || !COMPACT.matcher(token).matches()) {
      throw refused("not a compact JWS");
    }
    int headerEnd = token.indexOf('.');
    int payloadEnd = token.lastIndexOf('.');
    JWSHeader header = header(token.substring(0, headerEnd));
    String signedPart = token.substring(0, payloadEnd);
    boolean bySecret =
        checkSignature(header, signedPart, new Base64URL(token.substring(payloadEnd + 1)));
    return claims(token.substring(headerEnd + 1, payloadEnd), bySecret, signedPart);
  }

  private static JWSHeader header(String encoded) {
    JWSHeader header;
    try {
      if (json(encoded).names().stream().anyMatch(FORBIDDEN_HEADERS::contains)) {
        throw refused("header with a key or an extension of its own");
      }
      header = JWSHeader.parse(new Base64URL(encoded));
    } catch (ParseException | IllegalArgumentException e) {
      throw refused("header"); // also for alg none, which is no JWS to the parser
    }
    if (header.getType() != null
        && !TYPES.contains(header.getType().getType().toLowerCase(Locale.ROOT))) {
      throw refused("type of token");
    }
    if (!KEY_ID.matcher(keyId(header)).matches() || keyId(header).contains("..")) {
      throw refused("key id");
    }
    return header;
  }

  private static String keyId(JWSHeader header) {
    return header.getKeyID() == null ? "" : header.getKeyID();
  }

  /** Returns whether a secret of ours made the signature, and no published key. */
  private boolean checkSignature(JWSHeader header, String signedPart, Base64URL signature) {
    byte[] signed = signedPart.getBytes(StandardCharsets.US_ASCII);
    JWSAlgorithm algorithm = header.getAlgorithm();
    boolean hmac = JWSAlgorithm.Family.HMAC_SHA.contains(algorithm);
    List<JWSVerifier> candidates = hmac ? secrets : published(keyId(header), algorithm);
    for (JWSVerifier candidate : candidates) {
      try {
        // A secret too short for the algorithm (RFC 7518 section 3.2) does not have it.
        if (candidate.supportedJWSAlgorithms().contains(algorithm)
            && candidate.verify(header, signed, signature)) {
          return hmac;
        }
      } catch (JOSEException | RuntimeException e) {
        throw refused("signature");
      }
    }
    throw refused("signature or key");
  }

  private List<JWSVerifier> published(String keyId, JWSAlgorithm algorithm) {
    return keys.find(keyId, algorithm).map(List::of).orElse(List.of());
  }

  private TokenClaims claims(String encoded, boolean bySecret, String signedPart) {
    ClaimsReader claims = new ClaimsReader(json(encoded));
    boolean own = claims.text("iss").equals(OWN_ISSUER);
    if (own ? !bySecret : !isFromConfiguredIssuer(claims)) {
      throw refused("issuer or audience");
    }
    Instant now = clock.instant();
    Instant latest = now.plus(CLOCK_TOLERANCE);
    Instant issuedAt = claims.has("iat") ? claims.time("iat") : now;
    if (issuedAt.isAfter(latest) || (claims.has("nbf") && claims.time("nbf").isAfter(latest))) {
      throw refused("not valid yet");
    }
    Instant expiresAt = claims.time("exp");
    UserId user = claims.subject();
    TokenClaims result =
        new TokenClaims(
            own,
            claims.organization(),
            user,
            claims.name(user),
            claims.avatarUrl(),
            claims.role(),
            own ? session(claims) : RandomIds.digest(signedPart),
            claims.has("auth_time") ? claims.time("auth_time") : issuedAt,
            expiresAt);
    if (!now.isBefore(expiresAt)) {
      throw new RealtimeException(ErrorCode.TOKEN_EXPIRED, "expired at " + expiresAt);
    }
    return result;
  }

  private static JsonObject json(String encoded) {
    try {
      return Json.parseObject(new Base64URL(encoded).decode());
    } catch (RealtimeException e) {
      throw refused("JSON");
    }
  }

  private boolean isFromConfiguredIssuer(ClaimsReader claims) {
    return (issuer.isEmpty() || claims.text("iss").equals(issuer))
        && (audience.isEmpty() || claims.isFor(audience));
  }

  private static String session(ClaimsReader claims) {
    String session = claims.text("sid");
    if (session.isEmpty()) {
      throw refused("no session");
    }
    return session;
  }

  private static RealtimeException refused(String detail) {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, "token: " + detail);
  }
}
