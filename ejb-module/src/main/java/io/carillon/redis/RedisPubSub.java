package io.carillon.redis;

import java.util.Collection;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * Listens over one connection, to channels as such or to those of a Redis Cluster's slots. One
 * thread writes and one reads. Jedis' own loops end when they hear of something that they do not
 * know, and cannot ask whether the other side lives while they listen to slots.
 */
final class RedisPubSub {

  /** What is heard. */
  enum Kind {
    PONG,
    SUBSCRIBED,
    UNSUBSCRIBED,
    MESSAGE,
    /** Something of a newer Redis. */
    OTHER
  }

  /**
   * @param channel empty where there is none
   * @param message empty where there is none
   */
  record Heard(Kind kind, String channel, byte[] message) {}

  private static final byte[] NOTHING = new byte[0];

  private final RedisLink.FlushingConnection connection;
  private final boolean bySlot;

  RedisPubSub(RedisLink link, boolean bySlot) {
    this.connection = link.connection();
    this.bySlot = bySlot;
  }

  // ---- the thread that writes

  /**
   * @param groups at least one, none empty; where it goes by slots each is of one slot
   */
  void subscribe(Collection<List<String>> groups) {
    send(bySlot ? Command.SSUBSCRIBE : Command.SUBSCRIBE, groups);
  }

  /** As {@link #subscribe}. */
  void unsubscribe(Collection<List<String>> groups) {
    send(bySlot ? Command.SUNSUBSCRIBE : Command.UNSUBSCRIBE, groups);
  }

  private void send(Command command, Collection<List<String>> groups) {
    for (List<String> group : groups) {
      connection.sendCommand(
          command, group.stream().map(RedisChannels::bytes).toArray(byte[][]::new));
    }
    connection.flush();
  }

  void ping() {
    connection.sendCommand(Command.PING);
    connection.flush();
  }

  // ---- the thread that reads

  /**
   * Waits for what comes next.
   *
   * @throws redis.clients.jedis.exceptions.JedisMovedDataException for channels whose slot is
   *     elsewhere; goes on
   * @throws redis.clients.jedis.exceptions.JedisException when the connection is broken, and for
   *     any other error that Redis tells of
   */
  Heard read() {
    Object reply = connection.getUnflushedObject();
    if (!(reply instanceof List<?> parts) || parts.isEmpty()) {
      return new Heard(Kind.PONG, "", NOTHING); // as long as nothing is listened to
    }
    return switch (text(parts, 0)) {
      case "message", "smessage" -> new Heard(Kind.MESSAGE, text(parts, 1), (byte[]) parts.get(2));
      case "subscribe", "ssubscribe" -> new Heard(Kind.SUBSCRIBED, text(parts, 1), NOTHING);
      case "unsubscribe", "sunsubscribe" -> new Heard(Kind.UNSUBSCRIBED, text(parts, 1), NOTHING);
      case "pong" -> new Heard(Kind.PONG, "", NOTHING);
      default -> new Heard(Kind.OTHER, "", NOTHING);
    };
  }

  private static String text(List<?> parts, int at) {
    return parts.get(at) instanceof byte[] bytes ? RedisChannels.name(bytes) : "";
  }
}
