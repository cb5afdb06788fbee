package io.carillon.hub;

import java.time.Duration;

/**
 * The hub's bounds.
 *
 * @param shards threads that fan out
 * @param maxWaitingEvents events that may wait for a shard
 * @param holeWait how long the bus may take to bring what is missing before the log is read
 * @param sweepEvery how often active channels are compared with the log
 * @param pageSize changes that are read from the log at a time
 */
public record HubLimits(
    int shards, int maxWaitingEvents, Duration holeWait, Duration sweepEvery, int pageSize) {

  public static final HubLimits DEFAULTS =
      new HubLimits(2, 65_536, Duration.ofMillis(20), Duration.ofSeconds(1), 200);
}
