package io.carillon.config;

import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong, so that an operator sees every fault at the first try. */
final class Rules {
  private final List<String> faults = new ArrayList<>();

  void check(boolean holds, String fault) {
    if (!holds) {
      faults.add(fault);
    }
  }

  void checkSecretLength(String key, Secret secret) {
    int sizeBytes = secret.bytes().length;
    check(
        !secret.isPresent() || sizeBytes >= Settings.MIN_SECRET_BYTES,
        key + " has " + sizeBytes + " bytes, allowed is " + Settings.MIN_SECRET_BYTES + " or more");
  }

  /** Throws what was found, if anything was. */
  void finish() {
    if (!faults.isEmpty()) {
      throw new InvalidSettingsException(faults);
    }
  }
}
