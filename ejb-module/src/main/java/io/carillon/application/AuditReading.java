package io.carillon.application;

import io.carillon.domain.audit.AuditCheck;
import io.carillon.domain.audit.AuditEntry;
import io.carillon.domain.audit.AuditQuery;
import io.carillon.domain.audit.AuditRepository;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.user.AdminRight;
import io.carillon.domain.user.Identity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.OptionalLong;

/** An organization's audit, for those who may see it. Any thread. */
@ApplicationScoped
public class AuditReading {
  /** Lines of one page at most. */
  public static final int MAX_PAGE = 200;

  private static final int EXPORT_PAGE = 1_000;

  private final AuditRepository audit;
  private final AdminRights rights;

  protected AuditReading() { // for the client proxy
    this(null, null);
  }

  @Inject
  public AuditReading(AuditRepository audit, AdminRights rights) {
    this.audit = audit;
    this.rights = rights;
  }

  /**
   * Lines, latest first.
   *
   * @param query of the caller's organization
   * @param before the last id of the page before; {@link Long#MAX_VALUE} for the first page
   * @param limit 1 to {@value #MAX_PAGE}
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public AdminPage<AuditEntry> search(Identity by, AuditQuery query, long before, int limit) {
    requireOwn(by, query);
    return AdminPage.of(audit.search(query, before, limit + 1), limit, OptionalLong.empty());
  }

  /**
   * The next lines for an export, oldest first; so many that asking again is cheap.
   *
   * @param after the last id of those before; 0 to begin
   * @return none at the end
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public List<AuditEntry> export(Identity by, AuditQuery query, long after) {
    requireOwn(by, query);
    return audit.searchForward(query, after, EXPORT_PAGE);
  }

  /**
   * Whether the audit is what was written.
   *
   * @throws RealtimeException with {@code FORBIDDEN}
   */
  public AuditCheck check(Identity by) {
    rights.require(by, AdminRight.AUDIT_VIEW);
    return audit.check(by.organization());
  }

  private void requireOwn(Identity by, AuditQuery query) {
    rights.require(by, AdminRight.AUDIT_VIEW);
    if (!query.organization().equals(by.organization())) {
      throw new IllegalArgumentException("another organization's");
    }
  }
}
