package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.Postgres.class)
class PostgresAuditRepositoryIT extends AuditRepositoryContract {

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
