package io.carillon.domain.channel;

/** What a member may do in a channel, in rising order. */
public enum Role {
  READER,
  WRITER,
  MODERATOR,
  OWNER;

  public boolean mayPublish() {
    return this != READER;
  }

  /** Edit and delete what others wrote, add, remove and mute members below the own role. */
  public boolean mayModerate() {
    return this == MODERATOR || this == OWNER;
  }

  public boolean isAtLeast(Role other) {
    return compareTo(other) >= 0;
  }
}
