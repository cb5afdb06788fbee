package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.Postgres.class)
class PostgresAuditRepositoryIT extends AuditRepositoryContract {

  /** Only who owns the table can do this. */
  @Override
  void tamper(TestDatabase shared, String sql) throws SQLException {
    shared.execute("alter table audit disable trigger audit_only_grows");
    try {
      shared.execute(sql);
    } finally {
      shared.execute("alter table audit enable trigger audit_only_grows");
    }
  }

  @Test
  void theDatabaseItselfRefusesToChangeThePast(TestDatabase database) {
    for (String change :
        new String[] {"update audit set actor_id = 'x'", "delete from audit", "truncate audit"}) {
      assertThatThrownBy(() -> database.execute(change))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("the audit only grows");
    }
  }
}
