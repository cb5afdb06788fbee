package io.carillon.gateway.socketio;

import io.carillon.application.Joining;
import io.carillon.application.Position;
import io.carillon.domain.channel.Cursor;
import io.carillon.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * What a client brings back after a cut. Nothing is kept for it: the log is, and the client's own
 * id and last position tell everything else, on any node and after any time. The id ends in where
 * the channels were that nobody joins, since the last position may say nothing of them.
 *
 * @param pid the empty string for none
 * @param offset as {@code pid}
 */
record SocketIoRecovery(String pid, String offset) {
  private static final int ID_BYTES = 15;
  private static final int ID_LENGTH = 20;
  private static final char SEPARATOR = '.';
  private static final int MAX_PID = 400;
  private static final SecureRandom RANDOM = new SecureRandom();

  static SocketIoRecovery of(JsonObject payload) {
    return payload.get("pid") instanceof String pid
            && payload.get("offset") instanceof String offset
            && pid.length() >= ID_LENGTH
            && pid.length() <= MAX_PID
        ? new SocketIoRecovery(pid, offset)
        : new SocketIoRecovery("", "");
  }

  /** Where the client is in all its channels; empty if it brings nothing, or nothing of ours. */
  Optional<Position> position() {
    Optional<Position> last = Position.parse(offset);
    if (last.isEmpty() || pid.isEmpty()) {
      return Optional.empty();
    }
    Position position = Position.nowhere();
    if (pid.length() > ID_LENGTH) {
      Optional<Position> base = Position.parse(pid.substring(ID_LENGTH + 1));
      if (base.isEmpty() || pid.charAt(ID_LENGTH) != SEPARATOR) {
        return Optional.empty();
      }
      position = base.get();
    }
    for (Map.Entry<Long, Cursor> cursor : last.get().cursors().entrySet()) {
      position = position.with(cursor.getKey(), cursor.getValue());
    }
    return Optional.of(position);
  }

  /**
   * A new session's id, secret to its client.
   *
   * @param own the channels that it hears without a join
   */
  static String newPid(Iterable<Joining> own) {
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    Position base = Position.nowhere();
    for (Joining joining : own) {
      if (joining.position().isPresent()) {
        Cursor start = new Cursor(joining.position().get().epoch(), joining.startFrom());
        base = base.with(joining.channelNumber(), start);
      }
    }
    String random = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    String text = base.toString();
    return text.isEmpty() ? random : random + SEPARATOR + text;
  }

  /** The public id that goes with it: the same on every node, and no way back. */
  static String sidOf(String pid) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(pid.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest, ID_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
