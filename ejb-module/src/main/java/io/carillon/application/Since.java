package io.carillon.application;

import java.util.Optional;

/**
 * Where a client says it is: nowhere yet, or at a position in the text that it was once given. The
 * text is whatever the client sent.
 */
public record Since(Optional<String> text) {
  private static final Since NOTHING = new Since(Optional.empty());

  public static Since none() {
    return NOTHING;
  }

  /** A null or empty text is no position. */
  public static Since text(String text) {
    return text == null || text.isEmpty() ? NOTHING : new Since(Optional.of(text));
  }
}
