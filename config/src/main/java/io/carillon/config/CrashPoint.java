package io.carillon.config;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Places where a test may let the process die, as if its power had failed: {@code
 * -Dcarillon.crash=AFTER_COMMIT:25} ends it when that place is passed for the 25th time. Nothing is
 * flushed, no shutdown hook runs, nobody is told. Without that property a place costs one
 * comparison. It is a property of the JVM and no setting, so that no settings file can arm it. Any
 * thread.
 */
public enum CrashPoint {
  /** Everything has been written to the log, and the transaction is open. */
  BEFORE_COMMIT,
  /** The log holds it for good, and neither its author nor any node knows. */
  AFTER_COMMIT,
  /** Other nodes may know; its author does not. */
  AFTER_BUS_PUBLISH,
  /** Some authors of the same transaction know. */
  BETWEEN_ACKNOWLEDGEMENTS,
  /** Presence has been changed, and nobody has been told. */
  BETWEEN_PRESENCE_STEPS;

  /** The process's exit status then, as a shell tells SIGKILL. */
  public static final int STATUS = 137;

  private static final String PROPERTY = "carillon.crash";
  private static final CrashPoint ARMED;
  private static final AtomicInteger PASSES;

  static {
    String[] armed = System.getProperty(PROPERTY, "").split(":", 2);
    ARMED = armed[0].isEmpty() ? null : valueOf(armed[0]);
    PASSES = new AtomicInteger(armed.length == 2 ? Integer.parseInt(armed[1]) : 1);
  }

  /** Dies here, if that is what the process was started for and it is time. */
  public void pass() {
    if (this == ARMED && PASSES.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(STATUS);
    }
  }
}
