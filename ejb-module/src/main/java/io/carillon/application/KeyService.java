package io.carillon.application;

import io.carillon.domain.channel.Access;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.ApiKey;
import io.carillon.domain.user.ApiKeyRepository;
import io.carillon.domain.user.Identity;
import io.carillon.json.JsonObject;
import io.carillon.security.ApiKeys;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;

/**
 * The keys of an organization's programs, made and ended by its admins. A program cannot do so: a
 * key that got into wrong hands would outlive its end through those it had made. Any thread.
 */
@ApplicationScoped
public class KeyService {
  /** Keys of one page at most. */
  public static final int MAX_PAGE = 200;

  public static final Duration MAX_OVERLAP = Duration.ofDays(7);

  private static final JsonObject NOTHING = new JsonObject();

  private final ApiKeys keys;
  private final ApiKeyRepository repository;
  private final Audit audit;
  private final RightsChanges rights;

  protected KeyService() { // for the client proxy
    this(null, null, null, null);
  }

  @Inject
  public KeyService(ApiKeys keys, ApiKeyRepository repository, Audit audit, RightsChanges rights) {
    this.keys = keys;
    this.repository = repository;
    this.audit = audit;
    this.rights = rights;
  }

  /**
   * A key that was just made.
   *
   * @param text the whole key, which cannot be had a second time
   */
  public record NewKey(ApiKey key, String text) {
    @Override
    public String toString() {
      return "NewKey[" + key.id() + "]";
    }
  }

  /**
   * Makes a key.
   *
   * @param name for people, 1 to {@link ApiKey#MAX_NAME} characters
   * @throws RealtimeException with {@code FORBIDDEN}, {@code MALFORMED} or {@code TOO_LARGE}
   */
  @Transactional
  public NewKey create(Identity by, String name) {
    requireAdmin(by);
    if (name.isBlank()) {
      throw new RealtimeException(ErrorCode.MALFORMED, "name");
    }
    ApiKeys.Created created = keys.create(by.organization(), name);
    audit.organization(by, "key.create", created.id(), NOTHING, new JsonObject().put("name", name));
    return new NewKey(repository.find(created.id()).orElseThrow(), created.text());
  }

  /**
   * The organization's keys in the order of their ids, ended ones too.
   *
   * @param after the last id of the page before; the empty string for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  @Transactional
  public Page<ApiKey> list(Identity by, String after, int limit) {
    requireAdmin(by);
    return Page.of(repository.list(by.organization(), after, limit + 1), limit);
  }

  /**
   * Ends a key for good, with the connections that were opened with it.
   *
   * @throws RealtimeException with {@code FORBIDDEN}, or {@code NOT_FOUND} when there is no such
   *     valid key
   */
  @Transactional
  public void revoke(Identity by, String id) {
    requireAdmin(by);
    RightsChange change =
        keys.revoke(by.organization(), id)
            .orElseThrow(() -> new RealtimeException(ErrorCode.NOT_FOUND, "key"));
    rights.announce(change);
    audit.organization(by, "key.revoke", id, NOTHING, NOTHING);
  }

  /**
   * Gives a key another secret; its id, and with it whatever was done in its name, stays.
   *
   * @param overlap for how long the present secret opens as well, at most {@link #MAX_OVERLAP};
   *     zero ends it at once, but no connection that it has opened
   * @throws RealtimeException with {@code FORBIDDEN}, {@code MALFORMED}, or {@code NOT_FOUND} when
   *     there is no such valid key
   */
  @Transactional
  public NewKey rotate(Identity by, String id, Duration overlap) {
    requireAdmin(by);
    if (overlap.isNegative() || overlap.compareTo(MAX_OVERLAP) > 0) {
      throw new RealtimeException(ErrorCode.MALFORMED, "overlap");
    }
    ApiKeys.Created made =
        keys.rotate(by.organization(), id, overlap)
            .orElseThrow(() -> new RealtimeException(ErrorCode.NOT_FOUND, "key"));
    JsonObject after = new JsonObject().put("overlapSeconds", overlap.toSeconds());
    audit.organization(by, "key.rotate", id, NOTHING, after);
    // What was remembered of the secret before is forgotten.
    rights.announce(ApiKeys.changeOf(by.organization(), id));
    return new NewKey(repository.find(id).orElseThrow(), made.text());
  }

  private static void requireAdmin(Identity by) {
    if (!by.has(AdminRight.KEYS_MANAGE)) {
      throw Access.forbidden();
    }
  }
}
