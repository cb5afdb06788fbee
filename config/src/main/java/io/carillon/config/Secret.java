package io.carillon.config;

import java.nio.charset.StandardCharsets;

/**
 * A value that must not be seen in a log, an error message or a debugger's list of variables.
 *
 * @param value the text itself, empty when there is none
 */
public record Secret(String value) {

  /** No secret at all. */
  public static final Secret NONE = new Secret("");

  /** Whether there is one. */
  public boolean isPresent() {
    return !value.isEmpty();
  }

  /** The secret as UTF-8, a new array for each call. */
  public byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** Tells only whether there is one. */
  @Override
  public String toString() {
    return isPresent() ? "(set)" : "(none)";
  }
}
