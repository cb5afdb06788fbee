package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.PersistenceException;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseOutageTest {

  @ParameterizedTest
  @ValueSource(strings = {"08006", "08001", "57P01", "57P03", "25006", "25P03"})
  void knowsAConnectionThatHasEnded(String state) {
    SQLException failure = new SQLException("ended", state);
    assertThat(DatabaseOutage.endsConnection(failure)).isTrue();
    assertThat(DatabaseOutage.isUnreachable(new PersistenceException(failure))).isTrue();
    assertThat(DatabaseOutage.isBehind(new PersistenceException(failure))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"57014", "55P03", "40P01", "53100", "53300", "HYT00"})
  void knowsADatabaseWithoutTime(String state) {
    SQLException failure = new SQLException("late", state);
    assertThat(DatabaseOutage.endsConnection(failure)).isFalse();
    assertThat(DatabaseOutage.isUnreachable(failure)).isFalse();
    assertThat(DatabaseOutage.isBehind(new PersistenceException(failure))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "42703", "22P02", "25P02"})
  void takesAMistakeForAMistake(String state) {
    assertThat(DatabaseOutage.isBehind(new SQLException("mistake", state))).isFalse();
  }

  @Test
  void knowsAPoolWithNothingToGive() {
    assertThat(DatabaseOutage.isUnreachable(new SQLException("acquisition timeout"))).isTrue();
    assertThat(DatabaseOutage.isBehind(new SQLTransientConnectionException("x", "99999"))).isTrue();
  }

  @Test
  void findsWhatATransactionManagerHasPutAside() {
    RollbackException failure = new RollbackException("could not commit");
    failure.addSuppressed(new IllegalStateException(new SQLException("gone", "08006")));
    assertThat(DatabaseOutage.isBehind(failure)).isTrue();
  }

  @Test
  void staysCalmWhereNothingIsOfADatabase() {
    Exception one = new IllegalStateException("one");
    Exception two = new IllegalStateException("two", one);
    one.addSuppressed(two); // a circle
    assertThat(DatabaseOutage.isBehind(two)).isFalse();
  }
}
