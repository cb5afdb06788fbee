package io.carillon.application;

import io.carillon.domain.channel.ChannelKey;
import io.carillon.domain.channel.ChannelKind;
import io.carillon.domain.channel.Cursor;
import io.carillon.domain.channel.Role;
import java.util.Optional;

/**
 * A subscription that may begin: what the client is told first, and where delivery starts.
 *
 * @param channelNumber the channel's part of a {@link Position}
 * @param role what the user is there; empty for a reader of an inbox
 * @param position the log's end when the client asked; empty for a channel without a log
 * @param resumed everything after the client's position follows, in order
 * @param reason why not resumed, where a position was given
 * @param startFrom delivery begins after this offset
 * @param changesHeard how many changes of rights had been heard when the right was checked
 */
public record Joining(
    ChannelKey channel,
    ChannelKind kind,
    long channelNumber,
    Optional<Role> role,
    Optional<Cursor> position,
    boolean resumed,
    Optional<NoResume> reason,
    long startFrom,
    long changesHeard) {

  /** Why a client's position is of no use. */
  public enum NoResume {
    /** What follows it is no longer kept. */
    PRUNED("pruned"),
    /** The log was restored or rebuilt since. */
    EPOCH("epoch"),
    /** More was missed than the client wants to be sent. */
    TOO_FAR("too-far"),
    /** It is none that this log ever gave. */
    UNKNOWN("unknown");

    private final String wire;

    NoResume(String wire) {
      this.wire = wire;
    }

    /** The reason's name on every wire. */
    public String wire() {
      return wire;
    }
  }
}
