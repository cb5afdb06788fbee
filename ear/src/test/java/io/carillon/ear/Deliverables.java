package io.carillon.ear;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What an operator has in hand: the EAR, the database's driver, and the folder of set-ups. */
final class Deliverables {
  private Deliverables() {}

  static Path ear() {
    return existing(Path.of("target", "carillon.ear"));
  }

  /** What applications beside this one are compiled against. */
  static Path clientJar() {
    Path folder = Path.of("..", "ejb-module", "target");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith("-client.jar"))
          .findAny()
          .orElseThrow(() -> new IllegalStateException("no client jar in " + folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
