package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.domain.message.Publication;
import io.carillon.json.Json;

/**
 * A message that somebody wants to send.
 *
 * @param name event name, 1 to 100 characters without control characters
 * @param payload JSON text on one line
 * @param clientId the sender's idempotency key, at most 64 printable characters, or the empty
 *     string
 */
public record Draft(String name, String payload, String clientId) {
  private static final int MAX_NAME = 100;
  private static final int MAX_CLIENT_ID = 64;

  /**
   * @throws RealtimeException with {@code MALFORMED}
   */
  public Draft {
    if (name.isEmpty() || name.length() > MAX_NAME || hasControl(name)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "name");
    }
    if (clientId.length() > MAX_CLIENT_ID || hasControl(clientId)) {
      throw new RealtimeException(ErrorCode.MALFORMED, "clientId");
    }
  }

  /** Chat text. */
  public static Draft chat(String content, String clientId) {
    return new Draft(Publication.CHAT, Json.text(content), clientId);
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
  }
}
