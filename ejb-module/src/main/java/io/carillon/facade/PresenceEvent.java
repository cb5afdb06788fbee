package io.carillon.facade;

import java.io.Serializable;
import java.util.Objects;

/**
 * A user came or went, all connections on all nodes taken together. Fired as {@link MessageEvent}
 * is, on the node that decided it, which is any node: the one of the connection, or one that found
 * that another was lost. All of them are told, also those that clients are spared.
 */
public record PresenceEvent(String organization, String userId, boolean online)
    implements Serializable {
  public PresenceEvent {
    Objects.requireNonNull(organization);
    Objects.requireNonNull(userId);
  }
}
