package io.carillon.gateway.socketio.engine;

import java.time.Duration;

/**
 * What clients are told in the open packet, and what they are not told.
 *
 * @param pingInterval between an answered ping and the next one
 * @param pingTimeout for the answer
 * @param upgradeTimeout between a probe and the change of the transport
 * @param maxPayloadBytes of a message, and of one request with several
 * @param queueBytes waiting for one session at most
 * @param writeDeadline for a client to take the end of an answer
 */
public record EngineLimits(
    Duration pingInterval,
    Duration pingTimeout,
    Duration upgradeTimeout,
    int maxPayloadBytes,
    int queueBytes,
    Duration writeDeadline) {}
