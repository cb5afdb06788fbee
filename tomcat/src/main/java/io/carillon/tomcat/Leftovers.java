package io.carillon.tomcat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;

/**
 * What libraries leave in the JVM beyond an application's life, and what would keep its class
 * loader in memory. For the thread that stops the application, when all else has stopped.
 */
final class Leftovers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Leftovers.class.getName());

  @Override
  public void close() {
    removeDrivers();
    replaceLastType();
  }

  /**
   * Up to Java 18 the JVM's code for records remembers the last record type whose comparison it
   * made, and so that type's loader, until it makes another: here one of the JVM's own types.
   */
  private static void replaceLastType() {
    MethodType equals = MethodType.methodType(boolean.class, String.class, Object.class);
    try {
      ObjectMethods.bootstrap(MethodHandles.lookup(), "equals", equals, String.class, "");
    } catch (Throwable e) { // it declares that; nothing more than one loader is at stake
      LOG.log(Level.DEBUG, "The last type of a record stays", e);
    }
  }

  /** JDBC drivers register themselves for good when they are loaded. */
  private static void removeDrivers() {
    ClassLoader mine = Leftovers.class.getClassLoader();
    for (Driver driver : Collections.list(DriverManager.getDrivers())) {
      if (driver.getClass().getClassLoader() == mine) {
        try {
          DriverManager.deregisterDriver(driver);
        } catch (SQLException e) {
          LOG.log(Level.WARNING, "The driver " + driver + " stays registered", e);
        }
      }
    }
  }
}
