package io.carillon.tomcat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/**
 * The log of the runnable server: one readable line for each entry, on standard error. An operator
 * who names a configuration of the JDK's logging gets that one and nothing of this.
 */
public final class LogFormat extends LogManager {
  private static volatile boolean installing;

  /** For the JDK, which makes one. */
  public LogFormat() {}

  /** Reads the format and the levels; to be called before anything has logged. */
  static void install() {
    if (System.getProperty("java.util.logging.config.file") != null
        || System.getProperty("java.util.logging.config.class") != null) {
      return;
    }
    installing = true;
    try (InputStream properties = LogFormat.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(properties);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      installing = false;
    }
  }

  /**
   * Does nothing but for {@link #install}. The JDK takes all handlers away as soon as the process
   * is asked to stop, and Tomcat whenever an application stops: the words of the stop would be
   * lost.
   */
  @Override
  public void reset() {
    if (installing) {
      super.reset();
    }
  }
}
