package io.carillon.node;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names one run of one server: a restart is another node. 32 hexadecimal digits. */
public record NodeId(String value) {
  private static final SecureRandom RANDOM = new SecureRandom();

  public static NodeId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new NodeId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return value;
  }
}
