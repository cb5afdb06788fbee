package io.carillon.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.carillon.domain.node.NodeReport;
import io.carillon.domain.node.NodeRepository;
import io.carillon.domain.node.SeenNode;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database has to make of the list of nodes. */
abstract class NodeRepositoryContract {
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

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

  private static NodeReport node(String run, String name, int connections) {
    return new NodeReport(run, name, "1.0", 7, NodeReport.State.UP, connections, 30);
  }

  private void falls(String run, Duration silence) throws SQLException {
    database.execute(
        "update node_sighting set seen_at = seen_at - %d where id = '%s'"
            .formatted(silence.toMillis(), run));
  }

  @Test
  void keepsOneRowForEachRunWithWhatItSaidLast() {
    nodes.seen(node("a", "one", 1), TIMEOUT_MILLIS);
    nodes.seen(node("b", "two", 2), TIMEOUT_MILLIS);
    NodeReport draining = new NodeReport("a", "one", "1.0", 7, NodeReport.State.DRAINING, 5, 99);
    nodes.seen(draining, TIMEOUT_MILLIS);
    assertThat(nodes.list())
        .extracting(SeenNode::report)
        .containsExactly(draining, node("b", "two", 2));
  }

  @Test
  void tellsTwoRunsOfOneNameApart() {
    nodes.seen(node("a", "same", 1), TIMEOUT_MILLIS);
    nodes.seen(node("b", "same", 2), TIMEOUT_MILLIS);
    assertThat(nodes.list())
        .extracting(SeenNode::report)
        .containsExactly(node("a", "same", 1), node("b", "same", 2));
  }

  @Test
  void knowsForHowLongANodeHasBeenSilent() throws SQLException {
    nodes.seen(node("a", "one", 1), TIMEOUT_MILLIS);
    falls("a", Duration.ofMinutes(1));
    SeenNode silent = nodes.list().get(0);
    assertThat(silent.silentMillis()).isBetween(MINUTE_MILLIS, 2 * MINUTE_MILLIS);
    nodes.seen(node("a", "one", 1), TIMEOUT_MILLIS);
    SeenNode back = nodes.list().get(0);
    assertThat(back.silentMillis()).isBetween(0L, MINUTE_MILLIS - 1);
    assertThat(back.seenAtMillis()).isGreaterThanOrEqualTo(silent.seenAtMillis() + MINUTE_MILLIS);
  }

  @Test
  void removesWhatHasStoppedAndWhatHasLongBeenSilent() throws SQLException {
    for (String run : new String[] {"stopped", "silent", "quiet"}) {
      nodes.seen(node(run, run, 0), TIMEOUT_MILLIS);
    }
    falls("silent", Duration.ofHours(25));
    falls("quiet", Duration.ofHours(23));
    nodes.remove("stopped", TIMEOUT_MILLIS);
    nodes.remove("stopped", TIMEOUT_MILLIS);
    assertThat(nodes.purge(Duration.ofHours(24).toMillis())).isEqualTo(1);
    assertThat(nodes.list()).extracting(n -> n.report().run()).containsExactly("quiet");
  }

  @Test
  void comesBackAfterOthersHaveGivenItUp() {
    nodes.seen(node("a", "one", 1), TIMEOUT_MILLIS);
    nodes.remove("a", TIMEOUT_MILLIS);
    nodes.seen(node("a", "one", 3), TIMEOUT_MILLIS);
    assertThat(nodes.list()).extracting(SeenNode::report).containsExactly(node("a", "one", 3));
  }

  @Test
  void listsNodesOfTheVersionBeforeAndOfTheOneAfter() throws SQLException {
    database.execute("insert into node_sighting (id, started_at, seen_at) values ('old', 1, 2)");
    nodes.seen(node("new", "new", 1), TIMEOUT_MILLIS);
    database.execute("update node_sighting set node_state = 'RESTING' where id = 'new'");
    assertThat(nodes.list())
        .extracting(SeenNode::report)
        .containsExactly(
            new NodeReport("old", "", "", 1, NodeReport.State.UP, 0, 0), node("new", "new", 1));
  }
}
