package io.carillon.gateway;

import io.carillon.application.NodeLifecycle;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Starts and stops the node with the web application. Should that fail, so does the application:
 * better not there than there without its log or its hub.
 */
@WebListener
public class NodeStarter implements ServletContextListener {
  private static final Logger LOG = System.getLogger(NodeStarter.class.getName());

  @Inject NodeLifecycle lifecycle;

  @Override
  public void contextInitialized(ServletContextEvent event) {
    try {
      lifecycle.start();
    } catch (RuntimeException e) {
      // Some containers write down only that a listener has failed.
      LOG.log(Level.ERROR, "The node does not start", e);
      throw e;
    }
  }

  /**
   * Drains the node, where the server has not done so before it stopped the application. Streams
   * and sockets are open still; requests come no more.
   */
  @Override
  public void contextDestroyed(ServletContextEvent event) {
    try {
      lifecycle.drain();
      lifecycle.stop();
    } catch (IllegalStateException e) {
      // On Tomcat the beans have gone by now: the node was drained before the application stopped.
      LOG.log(Level.DEBUG, "Nothing is left to stop", e);
    }
  }
}
