package io.carillon.domain.channel;

/** Who may read a channel without being added to it. */
public enum Visibility {
  /** Everybody in the organization. */
  PUBLIC,
  /** Members only; to all others the channel does not exist. */
  PRIVATE
}
