package io.carillon.domain.channel;

/** Who may publish in a channel. */
public enum PublishPolicy {
  /** Whoever has the role of a writer, on a public channel also without being a member. */
  EVERYONE,
  /** Members from {@link Role#WRITER} on. */
  MEMBERS,
  /** Members from {@link Role#MODERATOR} on. */
  MODERATORS
}
