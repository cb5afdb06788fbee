package io.carillon.domain.user;

import java.util.List;
import java.util.Optional;

/** The programs' keys. Every method is one transaction; results are detached snapshots. */
public interface ApiKeyRepository {

  /** The key with this id, a revoked one too; empty also for text that cannot be an id. */
  Optional<ApiKey> find(String id);

  /**
   * @return false when the id is taken; then nothing changes
   */
  boolean add(ApiKey key);

  /**
   * Ends a key for good.
   *
   * @return false when the organization has no such valid key
   */
  boolean revoke(String organization, String id);

  /**
   * Gives a key another secret; see {@link ApiKey#rotate}.
   *
   * @return the key as it is now; empty when the organization has no such valid key
   */
  Optional<ApiKey> rotate(String organization, String id, byte[] secret, long previousUntilMillis);

  /** Notes that a key was shown. */
  void used(String id, long nowMillis);

  /**
   * In the order of their ids.
   *
   * @param afterId the last id of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<ApiKey> list(String organization, String afterId, int limit);
}
