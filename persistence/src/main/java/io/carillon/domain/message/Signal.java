package io.carillon.domain.message;

import io.carillon.domain.channel.ChannelKey;
import java.util.Objects;

/**
 * An event that skips the log: typing, presence, read marks, membership. It has no position, and is
 * the first to be dropped for a slow client.
 *
 * @param type names the event on every wire
 * @param data JSON object as text, on one line
 * @param originUserId whose doing it is; the typist is not told of the own typing
 */
public record Signal(ChannelKey channel, Type type, String data, String originUserId)
    implements ChannelEvent {

  /** The signals there are, with their wire names. */
  public enum Type {
    TYPING("typing:update"),
    PRESENCE_ONLINE("presence:online"),
    PRESENCE_OFFLINE("presence:offline"),
    READ("read"),
    MEMBER_ADDED("member:added"),
    MEMBER_REMOVED("member:removed");

    private final String event;

    Type(String event) {
      this.event = event;
    }

    /** The event's name on the wire. */
    public String event() {
      return event;
    }
  }

  public Signal {
    Objects.requireNonNull(channel);
    Objects.requireNonNull(type);
    Objects.requireNonNull(data);
    Objects.requireNonNull(originUserId);
  }

  @Override
  public int weightBytes() {
    return 128 + data.length();
  }
}
