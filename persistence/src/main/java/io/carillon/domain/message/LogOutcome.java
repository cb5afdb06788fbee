package io.carillon.domain.message;

import io.carillon.domain.error.RealtimeException;

/** What became of a {@link LogCommand}, known after the commit. */
public sealed interface LogOutcome {

  /** Stored; {@code publication} goes out to the subscribers. */
  record Stored(Publication publication) implements LogOutcome {}

  /** Was stored before under the same client id, or changed nothing: nothing goes out. */
  record Repeated(Publication publication) implements LogOutcome {}

  /** Nothing was stored. */
  record Refused(RealtimeException reason) implements LogOutcome {}
}
