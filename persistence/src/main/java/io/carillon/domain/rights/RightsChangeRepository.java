package io.carillon.domain.rights;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * The changes of rights of the last minutes, where every node finds those of the others. Reading is
 * one transaction, begun by the implementation where the caller has none.
 */
public interface RightsChangeRepository {
  /** For how long a change can be read, at least; the latest stays for ever. */
  Duration KEPT = Duration.ofMinutes(10);

  /**
   * Writes a change down; only inside the transaction that makes it.
   *
   * @param change of one organization
   */
  void add(RightsChange change);

  /**
   * What can be seen now of some changes.
   *
   * @param from all from this id on, itself included
   * @param others and these earlier ones
   * @param limit most that are returned, 1 or more
   * @return in the order of their ids
   */
  List<StoredRightsChange> read(long from, Collection<Long> others, int limit);

  /**
   * The latest that can be seen now.
   *
   * @return in the order of their ids
   */
  List<StoredRightsChange> latest(int limit);

  /**
   * Removes what is older than {@link #KEPT}, except the latest.
   *
   * @return how many
   */
  int purge(long nowMillis);
}
