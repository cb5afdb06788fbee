package io.carillon.domain.node;

import java.util.Objects;

/**
 * What a node says of itself.
 *
 * @param run names this one run of the node and no other, at most 64 characters
 * @param name what operators call it, at most 64 characters; two runs may have the same
 * @param version of the program, at most 64 characters
 * @param startedAtMillis by the node's own clock
 * @param connections open streams, sockets and polls
 * @param loadPercent of all processors of its machine, used by this process: 0 to 100
 */
public record NodeReport(
    String run,
    String name,
    String version,
    long startedAtMillis,
    State state,
    int connections,
    int loadPercent) {

  /** Whether a node takes clients. */
  public enum State {
    UP,
    /** Sends its clients away, and will stop. */
    DRAINING
  }

  public NodeReport {
    Objects.requireNonNull(run);
    Objects.requireNonNull(name);
    Objects.requireNonNull(version);
    Objects.requireNonNull(state);
  }
}
