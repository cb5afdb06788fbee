package io.carillon.domain.audit;

import java.util.List;

/** The audit. It only grows: there is no way here to change or remove a line. */
public interface AuditRepository {

  /** Stores a line in the caller's transaction: it is there exactly if the change is. */
  void add(AuditEntry entry);

  /**
   * An organization's lines, latest first.
   *
   * @param beforeId exclusive; {@link Long#MAX_VALUE} for the latest
   * @param limit 1 to 1,000
   */
  List<AuditEntry> list(String organization, long beforeId, int limit);
}
