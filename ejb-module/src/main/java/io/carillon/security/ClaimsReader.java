package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import io.carillon.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads the claims of a token, which are hostile until shown otherwise: what decides about access
 * is taken exactly or refused, what is only shown is cleaned.
 */
final class ClaimsReader {
  /** The organization of whoever names none. */
  static final String DEFAULT_ORGANIZATION = "demo";

  private static final Pattern ORGANIZATION = Pattern.compile("[a-z0-9-]{1,64}");
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_URL_LENGTH = 1000;

  private final JsonObject claims;

  ClaimsReader(JsonObject claims) {
    this.claims = claims;
  }

  boolean has(String claim) {
    return claims.hasValue(claim);
  }

  /** A text, or the empty string where there is none. */
  String text(String claim) {
    Object value = claims.get(claim);
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    throw refused(claim + " is no text");
  }

  /** A NumericDate: seconds since 1970 as a JSON number, whose fraction does not count. */
  Instant time(String claim) {
    if (claims.get(claim) instanceof Number number) {
      double value = number.doubleValue(); // never overflows, as 1e300 would as a long
      if (value >= 0 && value <= LAST_SECOND) {
        return Instant.ofEpochSecond(number.longValue());
      }
    }
    throw refused(claim + " is no time");
  }

  /** Whether {@code aud}, one text or a list of them, names the audience. */
  boolean isFor(String audience) {
    Object value = claims.get("aud");
    return value instanceof List<?> list ? list.contains(audience) : audience.equals(value);
  }

  UserId subject() {
    String subject = text("sub");
    try {
      return new UserId(subject);
    } catch (RealtimeException e) {
      throw refused("sub is no user id");
    }
  }

  String organization() {
    String organization = has("org") ? text("org") : DEFAULT_ORGANIZATION;
    if (!ORGANIZATION.matcher(organization).matches()) {
      throw refused("org is no organization");
    }
    return organization;
  }

  /** The role, {@code MEMBER} for one that is not ours: other systems use the claim as well. */
  OrganizationRole role() {
    if (claims.get("role") instanceof String role) {
      for (OrganizationRole known : OrganizationRole.values()) {
        if (known.name().equals(role.toUpperCase(Locale.ROOT))) {
          return known;
        }
      }
    }
    return OrganizationRole.MEMBER;
  }

  /** The display name without characters that could disguise it; the user's id if none is left. */
  String name(UserId user) {
    String name = claims.get("name") instanceof String text ? clean(text) : "";
    return name.isEmpty() ? user.value() : name;
  }

  /** The address of a picture; empty unless it is a plain web address. */
  String avatarUrl() {
    if (claims.get("picture") instanceof String picture && picture.length() <= MAX_URL_LENGTH) {
      try {
        URI address = new URI(picture);
        boolean web =
            "https".equalsIgnoreCase(address.getScheme())
                || "http".equalsIgnoreCase(address.getScheme());
        return web && address.getHost() != null ? address.toASCIIString() : "";
      } catch (URISyntaxException e) {
        return "";
      }
    }
    return "";
  }

  private static String clean(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .filter(ClaimsReader::isShown)
        .limit(MAX_NAME_LENGTH)
        .forEach(kept::appendCodePoint);
    String name = kept.toString().strip();
    // The limit is in characters, of which some code points take two.
    while (name.length() > MAX_NAME_LENGTH) {
      name = name.substring(0, name.offsetByCodePoints(name.length(), -1)).strip();
    }
    return name;
  }

  private static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      // Controls, lone surrogates, and marks that turn the direction of what follows.
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      case Character.FORMAT ->
          codePoint == 0x200C || codePoint == 0x200D; // needed in scripts, emoji
      default -> true;
    };
  }

  private static RealtimeException refused(String detail) {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, detail);
  }
}
