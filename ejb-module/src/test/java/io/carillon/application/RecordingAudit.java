package io.carillon.application;

import io.carillon.domain.audit.AuditCheck;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.audit.AuditRepository;
import java.util.ArrayList;
import java.util.List;

/** Keeps the lines as short text: {@code who action channel/target before -> after}. */
final class RecordingAudit implements AuditRepository {
  final List<String> lines = new ArrayList<>();

  @Override
  public void add(AuditEntry entry) {
    lines.add(
        entry.actor()
            + ' '
            + entry.action()
            + ' '
            + entry.channel()
            + '/'
            + entry.target()
            + ' '
            + entry.before()
            + "->"
            + entry.after());
  }

  @Override
  public List<AuditEntry> list(String organization, long beforeId, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<AuditEntry> search(AuditQuery query, long beforeId, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<AuditEntry> searchForward(AuditQuery query, long afterId, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public AuditCheck check(String organization) {
    throw new UnsupportedOperationException();
  }
}
