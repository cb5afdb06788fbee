package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.Persistence;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scripts and the mappings tell the same story. */
abstract class SchemaContract {

  @Test
  void fitsTheMappings(TestDatabase database) {
    Map<String, Object> settings = new HashMap<>(database.settings());
    settings.put("jakarta.persistence.schema-generation.database.action", "validate");
    settings.put("hibernate.type.prefer_native_enum_types", false);
    Persistence.createEntityManagerFactory("carillon", settings).close();
  }

  @Test
  void isBroughtUpToDateOnce(TestDatabase database) {
    assertThat(SchemaMigration.run(database.dataSource())).isZero();
  }

  @Test
  void isReadCommitted(TestDatabase database) throws SQLException {
    try (var connection = database.dataSource().getConnection()) {
      assertThat(connection.getTransactionIsolation())
          .isEqualTo(java.sql.Connection.TRANSACTION_READ_COMMITTED);
    }
  }
}
