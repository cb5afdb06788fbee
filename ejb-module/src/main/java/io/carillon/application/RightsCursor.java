package io.carillon.application;

import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which of the stored changes of rights a node has heard of. Ids are given out when a change is
 * written and show when it is committed, so one that is passed over may show later: it stays asked
 * for until no transaction can be that old. The last one that was seen is asked for again with
 * every look: while it is there, nothing after it can have been removed unseen. One thread.
 */
final class RightsCursor {
  /** How many of the ids before the first look may belong to transactions that were under way. */
  static final int UNDER_WAY = 200;

  /** Ids that are asked for at most; beyond that changes count as missed. */
  static final int MAX_MISSING = 2_000;

  private StoredRightsChange last; // null while there never was one
  private final TreeMap<Long, Long> missing = new TreeMap<>(); // ids, and since when in nanoseconds

  /**
   * Begins at the present.
   *
   * @param latest the last {@link #UNDER_WAY}, in the order of their ids
   */
  RightsCursor(List<StoredRightsChange> latest, long nowNanos) {
    if (latest.isEmpty()) {
      return;
    }
    last = latest.get(latest.size() - 1);
    for (long id = Math.max(1, last.id() - UNDER_WAY); id < last.id(); id++) {
      missing.put(id, nowNanos);
    }
    latest.forEach(change -> missing.remove(change.id()));
  }

  /** From where on to look; the change with this id is the last one that was seen. */
  long from() {
    return last == null ? 0 : last.id();
  }

  /** Earlier ids to look for as well. */
  Collection<Long> missing() {
    return List.copyOf(missing.keySet());
  }

  /**
   * Takes in what a look has shown.
   *
   * @param found what there is from {@link #from()} on and of {@link #missing()}, in the order of
   *     the ids
   * @return what is new; empty if changes may have been missed, and this is of no use any more
   */
  Optional<List<RightsChange>> advance(List<StoredRightsChange> found, long nowNanos) {
    if (last != null && !found.contains(last)) {
      return Optional.empty(); // removed since, or the database is another one
    }
    List<RightsChange> news = new ArrayList<>();
    for (StoredRightsChange change : found) {
      if (change.equals(last)) {
        continue;
      }
      news.add(change.change());
      if (missing.remove(change.id()) == null) {
        long first = last == null ? Math.max(1, change.id() - UNDER_WAY) : last.id() + 1;
        if (change.id() - first > MAX_MISSING - missing.size()) {
          return Optional.empty();
        }
        for (long id = first; id < change.id(); id++) {
          missing.put(id, nowNanos);
        }
        last = change;
      }
    }
    long keptNanos = RightsChangeRepository.KEPT.toNanos();
    missing.values().removeIf(sinceNanos -> nowNanos - sinceNanos > keptNanos);
    return Optional.of(news);
  }
}
