package io.carillon.application;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;

/**
 * A page of a channel's history.
 *
 * @param direction older than {@code offset}, or newer
 * @param offset exclusive
 * @param limit messages at most, 1 to {@value #MAX_LIMIT}
 * @param maxBytes of payloads; at least one message comes all the same
 */
public record HistoryRequest(Direction direction, long offset, int limit, int maxBytes) {
  public static final int MAX_LIMIT = 200;
  public static final int DEFAULT_LIMIT = 50;

  /** Where to read from the offset. */
  public enum Direction {
    BEFORE,
    AFTER
  }

  /**
   * @throws RealtimeException with {@code MALFORMED}
   */
  public HistoryRequest {
    if (offset < 0 || limit < 1 || limit > MAX_LIMIT || maxBytes < 1) {
      throw new RealtimeException(ErrorCode.MALFORMED, "history");
    }
  }

  public static HistoryRequest before(long offset, int limit, int maxBytes) {
    return new HistoryRequest(Direction.BEFORE, offset, limit, maxBytes);
  }

  public static HistoryRequest after(long offset, int limit, int maxBytes) {
    return new HistoryRequest(Direction.AFTER, offset, limit, maxBytes);
  }

  /** The latest messages. */
  public static HistoryRequest latest(int limit, int maxBytes) {
    return before(Long.MAX_VALUE, limit, maxBytes);
  }
}
