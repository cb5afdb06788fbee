package io.carillon.facade;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** Whether a user is there. */
public final class Presence implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String userId;
  private final boolean online;
  private final long lastSeenMillis;
  private final String metadata;

  public Presence(String userId, boolean online, long lastSeenMillis, String metadata) {
    this.userId = Objects.requireNonNull(userId);
    this.online = online;
    this.lastSeenMillis = lastSeenMillis;
    this.metadata = Objects.requireNonNull(metadata);
  }

  public String userId() {
    return userId;
  }

  public boolean isOnline() {
    return online;
  }

  /**
   * When one of the user's connections was last known to live, in epoch milliseconds; 0 for never,
   * or too long ago to be remembered.
   */
  public long lastSeenMillis() {
    return lastSeenMillis;
  }

  /** JSON that the user's connection tells of itself; the empty string for somebody offline. */
  public String metadata() {
    return metadata;
  }

  private List<Object> values() {
    return List.of(userId, online, lastSeenMillis, metadata);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Presence presence && values().equals(presence.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Presence" + values();
  }
}
