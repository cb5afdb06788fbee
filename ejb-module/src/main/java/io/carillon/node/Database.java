package io.carillon.node;

/**
 * The database as a whole. A Jakarta EE server owns its pool and its persistence unit; the runnable
 * jar has its own.
 */
public interface Database {

  /**
   * Returns when the database can be used: reached, with safe settings, and with a schema for this
   * version. Once, before anything is asked of it.
   *
   * @throws RuntimeException telling what is wrong; the node does not start then
   */
  void prepare();
}
