package io.carillon.domain.rights;

import java.util.Objects;

/**
 * A change of rights as the database keeps it.
 *
 * @param id rises in the order in which changes were written down, which is not the order in which
 *     they were committed
 */
public record StoredRightsChange(long id, RightsChange change, long createdAtMillis) {
  public StoredRightsChange {
    Objects.requireNonNull(change);
  }
}
