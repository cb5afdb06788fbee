package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.node.NodeRepository;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to make of the list of nodes. */
abstract class NodeRepositoryContract {
  private static final long DAY_MILLIS = 24L * 60 * 60 * 1_000;

  private TestDatabase database;
  private NodeRepository nodes;

  @BeforeEach
  void open(TestDatabase shared) throws SQLException {
    database = shared;
    database.execute("delete from node_sighting");
    nodes =
        database
            .transactions()
            .around(
                NodeRepository.class, new JpaNodeRepository(database.transactions().entities()));
  }

  private List<String> rows() throws SQLException {
    List<String> rows = new ArrayList<>();
    try (var connection = database.dataSource().getConnection();
        var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "select id, started_at, seen_at from node_sighting order by id")) {
      while (found.next()) {
        rows.add(found.getString(1) + ' ' + found.getLong(2) + ' ' + found.getLong(3));
      }
    }
    return rows;
  }

  @Test
  void keepsOneRowForEachNodeThatMovesOn() throws SQLException {
    nodes.seen("a", 1, 10, 2_000);
    nodes.seen("b", 2, 20, 2_000);
    nodes.seen("a", 1, 30, 2_000);
    assertThat(rows()).containsExactly("a 1 30", "b 2 20");
  }

  @Test
  void forgetsNodesNotSeenForADayWhenANewOneComes() throws SQLException {
    nodes.seen("old", 1, 10, 2_000);
    nodes.seen("new", 2, DAY_MILLIS + 11, 2_000);
    assertThat(rows()).containsExactly("new 2 " + (DAY_MILLIS + 11));
  }
}
