package io.carillon.domain.channel;

/** What a channel is for. The kind never changes. */
public enum ChannelKind {
  /** People write, everybody there reads. */
  CHAT,
  /** One user's notifications, {@code user:{id}}. */
  INBOX,
  /** The organization's own, {@code org:{id}}: every member reads, admins publish. */
  ANNOUNCEMENTS,
  /** Shared state: each message is an item with a version. */
  LIST,
  /** Pub/sub without a log: nothing is stored, nothing can be resumed. */
  EPHEMERAL;

  /** Whether messages are stored and numbered. */
  public boolean isLogged() {
    return this != EPHEMERAL;
  }
}
