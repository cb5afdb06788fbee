package io.carillon.redis;

import io.carillon.domain.channel.ChannelKey;
import java.nio.charset.StandardCharsets;

/** How the bus's channels are called in Redis: a prefix of this installation, then what it is. */
final class RedisChannels {
  private final String prefix;

  RedisChannels(String prefix) {
    this.prefix = prefix;
  }

  /** An organization's id has no slash, so no two channels share a name. */
  String nameOf(ChannelKey channel) {
    return prefix + "channel:" + channel.organization() + '/' + channel.name().value();
  }

  /** What concerns every node. */
  String nameOfRights() {
    return prefix + "rights";
  }

  byte[] ofRights() {
    return bytes(nameOfRights());
  }

  /** Nobody listens to it: whether Redis takes something shows there. */
  byte[] ofProbes() {
    return bytes(prefix + "probe");
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  static String name(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
