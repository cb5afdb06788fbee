package io.carillon.config;

import java.util.List;

/** Settings that Carillon refuses to start with. The message names every fault, one on a line. */
public final class InvalidSettingsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<String> faults;

  InvalidSettingsException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
    this.faults = List.copyOf(faults);
  }

  /** What is wrong, each with the setting's key, its value unless secret, and what is allowed. */
  public List<String> faults() {
    return faults;
  }
}
