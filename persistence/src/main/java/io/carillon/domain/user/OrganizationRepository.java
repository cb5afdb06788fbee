package io.carillon.domain.user;

import java.util.List;
import java.util.Optional;

/** The tenants. Every method is one transaction; results are detached snapshots. */
public interface OrganizationRepository {

  Optional<Organization> find(String id);

  /**
   * Finds the organization, or makes it with its id as title. Any number of nodes may do so at
   * once.
   *
   * @throws io.carillon.domain.error.RealtimeException with {@code MALFORMED} for an id that cannot
   *     be one
   */
  Organization ensure(String id);

  /**
   * @param afterId the last id of the page before; the empty string for the first page
   * @param limit 1 to 1,000
   */
  List<Organization> list(String afterId, int limit);
}
