package io.carillon.security;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.ApiKey;
import io.carillon.domain.user.ApiKeyRepository;
import io.carillon.domain.user.Identity;
import io.carillon.domain.user.OrganizationRole;
import io.carillon.domain.user.UserId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The keys of programs, written {@code ck_<id>_<secret>} with the secret in hexadecimal. For any
 * thread; waits for the database.
 */
@ApplicationScoped
public class ApiKeys {
  private static final String PREFIX = "ck_";
  private static final Pattern TEXT = Pattern.compile("ck_([A-Za-z0-9_-]{1,60})_([0-9a-f]{64})");
  private static final int ID_BYTES = 8;
  private static final HexFormat HEX = HexFormat.of();
  private static final Duration NOTE_USE_EVERY = Duration.ofMinutes(1);
  private static final Logger LOG = System.getLogger(ApiKeys.class.getName());

  private final ApiKeyRepository keys;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  protected ApiKeys() { // for the client proxy
    this.keys = null;
    this.clock = null;
  }

  @Inject
  public ApiKeys(ApiKeyRepository keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * A key that was just made.
   *
   * @param text the whole key, which cannot be had a second time
   */
  public record Created(String id, String text) {
    @Override
    public String toString() {
      return "Created[" + id + "]";
    }
  }

  /**
   * Gives a key another secret.
   *
   * @param overlap for how long the present one opens as well
   * @return empty when the organization has no such valid key
   */
  public Optional<Created> rotate(String organization, String id, Duration overlap) {
    byte[] secret = randomBytes(ApiKey.MIN_SECRET_BYTES);
    return keys.rotate(organization, id, secret, clock.millis() + overlap.toMillis())
        .map(key -> new Created(key.id(), PREFIX + key.id() + '_' + HEX.formatHex(secret)));
  }

  /** Whether this is meant to be an API key and not a token. */
  static boolean isOne(String credential) {
    return credential.startsWith(PREFIX);
  }

  /**
   * Makes a key for the organization.
   *
   * @param name for people, at most {@link ApiKey#MAX_NAME} characters
   * @throws RealtimeException with {@code TOO_LARGE} or {@code MALFORMED} for the name
   */
  public Created create(String organization, String name) {
    while (true) {
      String id = HEX.formatHex(randomBytes(ID_BYTES));
      byte[] secret = randomBytes(ApiKey.MIN_SECRET_BYTES);
      if (keys.add(new ApiKey(id, organization, name, secret, clock.millis()))) {
        return new Created(id, PREFIX + id + '_' + HEX.formatHex(secret));
      }
    }
  }

  /**
   * Ends a key.
   *
   * @return what every node is to be told, so that the connections which the key has opened end as
   *     well; empty when the organization has no such valid key
   */
  public Optional<RightsChange> revoke(String organization, String id) {
    return keys.revoke(organization, id)
        ? Optional.of(changeOf(organization, id))
        : Optional.empty();
  }

  /** What every node is told of a key that has changed. */
  public static RightsChange changeOf(String organization, String id) {
    return RightsChange.ofUser(organization, userOf(id));
  }

  /**
   * Whose key this is.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED} for anything but a valid key
   */
  Identity authenticate(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw refused();
    }
    byte[] secret = HEX.parseHex(matcher.group(2));
    long now = clock.millis();
    ApiKey key =
        keys.find(matcher.group(1))
            .filter(found -> found.opensWith(secret, now))
            .orElseThrow(ApiKeys::refused);
    noteUse(key, now);
    return identityOf(key);
  }

  private void noteUse(ApiKey key, long now) {
    if (now - key.lastUsedAtMillis() < NOTE_USE_EVERY.toMillis()) {
      return;
    }
    try {
      keys.used(key.id(), now);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "It was not noted that a key was used: " + e);
    }
  }

  /**
   * The identity of a key that was valid before, as the record has it now.
   *
   * @throws RealtimeException with {@code UNAUTHENTICATED} if it is no longer valid
   */
  Identity refresh(Identity current) {
    return keys.find(current.tokenId())
        .filter(key -> !key.isRevoked() && key.organization().equals(current.organization()))
        .map(ApiKeys::identityOf)
        .orElseThrow(ApiKeys::refused);
  }

  private static Identity identityOf(ApiKey key) {
    return new Identity(
        key.organization(),
        userOf(key.id()),
        key.name().isBlank() ? key.id() : key.name(),
        "",
        OrganizationRole.ADMIN,
        key.id(),
        Instant.MAX,
        Identity.Kind.API_KEY);
  }

  private static UserId userOf(String keyId) {
    return new UserId("key:" + keyId);
  }

  private byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static RealtimeException refused() {
    return new RealtimeException(ErrorCode.UNAUTHENTICATED, "API key");
  }
}
