package io.carillon.persistence;

import java.sql.SQLException;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.H2.class)
class H2AuditRepositoryTest extends AuditRepositoryContract {
  @Override
  void tamper(TestDatabase shared, String sql) throws SQLException {
    shared.execute(sql);
  }
}
