package io.carillon.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.carillon.json.Json;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;

/** Tokens as other people make them, good and bad. */
final class Tokens {
  static final Instant NOW = Instant.parse("2026-01-05T10:00:00Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  static final byte[] SECRET =
      bytes("a secret for tests, more than sixty-four bytes long, so that HS512 may be");

  private Tokens() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(text));
  }

  /** Claims that are right, to be spoilt by a test. */
  static JsonObject claims() {
    return new JsonObject()
        .put("sub", "erin")
        .put("iat", NOW.getEpochSecond())
        .put("exp", NOW.getEpochSecond() + 600);
  }

  static JWSHeader.Builder header(JWSAlgorithm algorithm) {
    return new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT);
  }

  static String signed(JsonObject claims) {
    return signed(header(JWSAlgorithm.HS256).build(), claims.toString(), mac(SECRET));
  }

  static String signed(JWSHeader header, String payload, JWSSigner signer) {
    JWSObject token = new JWSObject(header, new Payload(payload));
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
    return token.serialize();
  }

  /** Signs a header that no builder would make. */
  static String signed(String header, String payload, byte[] secret) {
    String signedPart = base64(header) + '.' + base64(payload);
    try {
      JWSHeader plain = new JWSHeader(JWSAlgorithm.HS256);
      return signedPart + '.' + mac(secret).sign(plain, bytes(signedPart));
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static JWSSigner mac(byte[] secret) {
    try {
      return new MACSigner(secret);
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  static JsonObject decode(String part) {
    return Json.parseObject(Base64.getUrlDecoder().decode(part));
  }
}
