package io.carillon.domain.node;

import java.util.List;

/**
 * The nodes as the database saw them last: proof that a node can write, and a list of nodes. Times
 * are the database's, so that nodes whose clocks differ agree on who is silent. Each call is a
 * transaction; any thread.
 */
public interface NodeRepository {

  /**
   * Writes that a node is there. Each node has a row of its own, so that none waits for another.
   *
   * @param timeoutMillis for each statement
   */
  void seen(NodeReport node, int timeoutMillis);

  /**
   * Removes a node that has stopped; nothing happens if it is not there.
   *
   * @param timeoutMillis for each statement
   */
  void remove(String run, int timeoutMillis);

  /** All nodes, in the order of their names, those silent for long among them. */
  List<SeenNode> list();

  /**
   * Removes nodes that have been silent for longer.
   *
   * @return how many
   */
  int purge(long silentMillis);
}
