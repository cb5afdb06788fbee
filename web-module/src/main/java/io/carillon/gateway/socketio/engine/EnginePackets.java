package io.carillon.gateway.socketio.engine;

import io.carillon.hub.EncodedFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Engine.IO's packets: one character that tells the type, then data. */
final class EnginePackets {
  static final byte OPEN = '0';
  static final byte CLOSE = '1';
  static final byte PING = '2';
  static final byte PONG = '3';
  static final byte MESSAGE = '4';
  static final byte UPGRADE = '5';
  static final byte NOOP = '6';

  static final EncodedFrame PING_FRAME = EncodedFrame.data("2");
  static final EncodedFrame NOOP_FRAME = EncodedFrame.data("6");
  static final EncodedFrame PROBE_ANSWER = EncodedFrame.data("3probe");
  private static final byte[] PROBE = "2probe".getBytes(StandardCharsets.US_ASCII);

  private EnginePackets() {}

  /** What a session begins with. */
  static EncodedFrame open(String sessionId, boolean mayUpgrade, EngineLimits limits) {
    return EncodedFrame.data(
        "0{\"sid\":\""
            + sessionId
            + "\",\"upgrades\":["
            + (mayUpgrade ? "\"websocket\"" : "")
            + "],\"pingInterval\":"
            + limits.pingInterval().toMillis()
            + ",\"pingTimeout\":"
            + limits.pingTimeout().toMillis()
            + ",\"maxPayload\":"
            + limits.maxPayloadBytes()
            + "}");
  }

  static boolean isProbe(byte[] utf8, int offset, int length) {
    return Arrays.equals(utf8, offset, offset + length, PROBE, 0, PROBE.length);
  }

  static boolean isUpgrade(byte[] utf8, int offset, int length) {
    return length == 1 && utf8[offset] == UPGRADE;
  }
}
