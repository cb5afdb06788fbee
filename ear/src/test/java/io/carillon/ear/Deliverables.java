package io.carillon.ear;

import java.nio.file.Files;
import java.nio.file.Path;

/** What an operator has in hand: the EAR, the database's driver, and the folder of set-ups. */
final class Deliverables {
  private Deliverables() {}

  static Path ear() {
    return existing(Path.of("target", "carillon.ear"));
  }

  /** The jar that the tests themselves use. */
  static Path driver() {
    return jarOf(org.postgresql.Driver.class);
  }

  /** Interfaces of Jakarta Persistence 3.1. */
  static Path persistenceApi() {
    return jarOf(jakarta.persistence.EntityManager.class);
  }

  private static Path jarOf(Class<?> type) {
    return existing(Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()));
  }

  /** A file below {@code config/}. */
  static Path config(String file) {
    return existing(Path.of("..", "config").resolve(file));
  }

  private static Path existing(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(file.toAbsolutePath() + " is not there");
    }
    return file.toAbsolutePath();
  }
}
