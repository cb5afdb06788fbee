package io.carillon.domain.audit;

import java.util.List;

/** The audit. It only grows: there is no way here to change or remove a line. */
public interface AuditRepository {

  /**
   * Stores a line in the caller's transaction, at the end of the organization's chain: it is there
   * exactly if the change is. The end of the chain stays locked until the commit, so this comes
   * after all other locks that the transaction takes.
   */
  void add(AuditEntry entry);

  /**
   * An organization's lines, latest first.
   *
   * @param beforeId exclusive; {@link Long#MAX_VALUE} for the latest
   * @param limit 1 to 1,000
   */
  List<AuditEntry> list(String organization, long beforeId, int limit);

  /** Those lines that a query wants; as {@link #list}. */
  List<AuditEntry> search(AuditQuery query, long beforeId, int limit);

  /** The same, oldest first, after an id (exclusive; 0 for the first). */
  List<AuditEntry> searchForward(AuditQuery query, long afterId, int limit);

  /** Looks through an organization's whole chain, a stretch of it at a time. */
  AuditCheck check(String organization);
}
