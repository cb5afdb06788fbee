package io.carillon.domain.message;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;

/** The item was changed since the author read it: {@code CONFLICT}, with the item as it is now. */
public final class StaleVersionException extends RealtimeException {
  private static final long serialVersionUID = 1L;

  private final transient Publication current;

  public StaleVersionException(Publication current) {
    super(ErrorCode.CONFLICT, "stale version");
    this.current = current;
  }

  public Publication current() {
    return current;
  }
}
