package io.carillon.facade;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** A message that was accepted. */
public final class Sent implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String channel;
  private final String id;
  private final long offset;
  private final boolean duplicate;

  public Sent(String channel, String id, long offset, boolean duplicate) {
    this.channel = Objects.requireNonNull(channel);
    this.id = Objects.requireNonNull(id);
    this.offset = offset;
    this.duplicate = duplicate;
  }

  /** Where it is; for a notification the user's inbox. */
  public String channel() {
    return channel;
  }

  /**
   * What clients know it by. Inside a transaction it is the id that the message is stored with,
   * unless the author has sent one with this client id in an earlier transaction: then that one
   * stays the only one, and keeps its own.
   */
  public String id() {
    return id;
  }

  /**
   * Its place in the channel; 0 where it has none yet, inside a transaction, and on channels
   * without a log.
   */
  public long offset() {
    return offset;
  }

  /**
   * Whether nothing was sent, since there is one with this client id, which this tells of; inside a
   * transaction known of messages of the same transaction only.
   */
  public boolean isDuplicate() {
    return duplicate;
  }

  private List<Object> values() {
    return List.of(channel, id, offset, duplicate);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sent sent && values().equals(sent.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return "Sent" + values();
  }
}
