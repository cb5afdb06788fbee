package io.carillon.application;

import io.carillon.domain.rights.RightsChange;
import io.carillon.domain.rights.RightsChangeRepository;
import io.carillon.domain.rights.StoredRightsChange;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Changes of rights whose order of commit is the test's to choose. */
final class MemoryRightsChanges implements RightsChangeRepository {
  final NavigableMap<Long, StoredRightsChange> visible = new TreeMap<>();
  RuntimeException failure; // null while it answers
  private long lastId;

  /** As a transaction does that is not committed. */
  StoredRightsChange write(RightsChange change) {
    return new StoredRightsChange(++lastId, change, lastId * 10);
  }

  void commit(StoredRightsChange change) {
    visible.put(change.id(), change);
  }

  @Override
  public void add(RightsChange change) {
    commit(write(change));
  }

  @Override
  public List<StoredRightsChange> read(long from, Collection<Long> others, int limit) {
    if (failure != null) {
      throw failure;
    }
    return visible.values().stream()
        .filter(change -> change.id() >= from || others.contains(change.id()))
        .limit(limit)
        .toList();
  }

  @Override
  public List<StoredRightsChange> latest(int limit) {
    if (failure != null) {
      throw failure;
    }
    return visible.values().stream().skip(Math.max(0, visible.size() - limit)).toList();
  }

  @Override
  public int purge(long nowMillis) {
    throw new UnsupportedOperationException();
  }
}
