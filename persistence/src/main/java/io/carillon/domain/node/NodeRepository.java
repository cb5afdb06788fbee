package io.carillon.domain.node;

/** The nodes as the database saw them last: proof that a node can write, and a list of nodes. */
public interface NodeRepository {

  /**
   * Writes that a node is there, and commits. Each node has a row of its own, so that none waits
   * for another.
   *
   * @param id at most 64 characters
   * @param timeoutMillis for each statement
   */
  void seen(String id, long startedAtMillis, long nowMillis, int timeoutMillis);
}
