package io.carillon.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServersTableTest {
  private static final ServerUnderTest.Product PRODUCT =
      new ServerUnderTest.Product("Some server", "1.2", "10", "x.ear");
  private static final String README =
      """
      Before.

      <!-- servers: told by tests -->
      | server | version | Jakarta EE | deployed | tests passed |
      |---|---|---|---|---|
      | Other | 3 | 9.1 | `x.ear` | 7 |
      <!-- /servers -->

      After.
      """;

  @Test
  void addsARowAndReplacesIt() {
    String added = ServersTable.with(README, ServersTable.row(PRODUCT, 5));
    assertThat(ServersTable.rows(added))
        .containsExactly(
            "| Other | 3 | 9.1 | `x.ear` | 7 |", "| Some server | 1.2 | 10 | `x.ear` | 5 |");
    String replaced = ServersTable.with(added, ServersTable.row(PRODUCT, 6));
    assertThat(ServersTable.rows(replaced))
        .containsExactly(
            "| Other | 3 | 9.1 | `x.ear` | 7 |", "| Some server | 1.2 | 10 | `x.ear` | 6 |");
    assertThat(replaced).startsWith("Before.\n").endsWith("\nAfter.\n");
  }

  @Test
  void findsTheRowOfAServer() {
    String row = ServersTable.row(PRODUCT, 5);
    assertThat(ServersTable.rowLike(README, row)).isEmpty();
    assertThat(ServersTable.rowLike(ServersTable.with(README, row), row)).isEqualTo(row);
  }

  @Test
  void isInTheReadme() {
    assertThat(ServersTable.rows(ServersTable.readme()))
        .isNotEmpty()
        .allMatch(row -> row.matches("(\\| [^|]+ ){4}\\| [1-9]\\d* \\|"));
  }

  @Test
  void countsTheTestsOfAllGroups() {
    assertThat(ServerResult.testsOf(RunnableJarServerIT.class)).isGreaterThan(50);
  }
}
