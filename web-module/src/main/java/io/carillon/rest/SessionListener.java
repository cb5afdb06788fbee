package io.carillon.rest;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Hears of the end of the server's sessions, by logout or because nobody came for too long. That a
 * session is given another id, or is put aside for a while, concerns nobody here: see {@link
 * ContainerCallers}.
 */
@WebListener
public class SessionListener implements HttpSessionListener {

  private static final Logger LOG = System.getLogger(SessionListener.class.getName());

  /** For the container. */
  public SessionListener() {}

  @Override
  public void sessionDestroyed(HttpSessionEvent event) {
    try {
      // Looked up each time: Tomcat makes listeners before there are beans to inject.
      CDI.current().select(ContainerCallers.class).get().sessionEnds(event.getSession());
    } catch (RuntimeException e) { // the server has more sessions to end, and perhaps itself
      LOG.log(
          Level.WARNING,
          "A session has ended; what it opened on other nodes ends with its proof's time",
          e);
    }
  }
}
