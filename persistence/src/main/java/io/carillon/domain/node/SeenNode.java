package io.carillon.domain.node;

/**
 * A node as the database saw it last.
 *
 * @param seenAtMillis when that was, by the database's clock
 * @param silentMillis for how long it has said nothing since, by the same clock
 */
public record SeenNode(NodeReport report, long seenAtMillis, long silentMillis) {}
