package io.carillon.check.client;

import io.carillon.check.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs tokens as a foreign issuer that shares the secret would (RFC 7519, HS256). */
public final class Tokens {
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final byte[] secret;

  public Tokens(String secret) {
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @param role MEMBER, ADMIN or OWNER
   */
  public String of(String organization, String user, String role) {
    return of(organization, user, role, LIFETIME);
  }

  public String of(String organization, String user, String role, Duration lifetime) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", user);
    claims.put("org", organization);
    claims.put("name", "User " + user);
    claims.put("role", role);
    claims.put("iat", Instant.now().getEpochSecond());
    claims.put("exp", Instant.now().plus(lifetime).getEpochSecond());
    String signed =
        encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + '.' + encode(JsonText.write(claims));
    return signed + '.' + signature(signed);
  }

  private String signature(String signed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return encode(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
