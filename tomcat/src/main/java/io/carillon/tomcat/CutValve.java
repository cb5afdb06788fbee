package io.carillon.tomcat;

import io.carillon.gateway.sse.Streams;
import io.carillon.transport.ServletStreamOutput;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Lets an asynchronous answer cut its connection. To end it in order would mean to send what waits,
 * for which Tomcat keeps a thread until its time-out (20 s) when the client takes nothing.
 */
final class CutValve extends ValveBase {
  private static final String POLL = "/poll";

  CutValve() {
    super(true); // what passes may be suspended
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    String uri = request.getRequestURI();
    if (Streams.isStream(uri) || uri.endsWith(POLL)) {
      request.setAttribute(ServletStreamOutput.CUT_ATTRIBUTE, new Cut(request.getCoyoteRequest()));
    }
    getNext().invoke(request, response);
  }

  /**
   * Any thread. Tomcat sends nothing more from here on, and closes the socket on one of its own
   * threads.
   */
  private static final class Cut implements Runnable {
    private final org.apache.coyote.Request request;
    private final long startedNanos;

    Cut(org.apache.coyote.Request request) {
      this.request = request;
      this.startedNanos = request.getStartTimeNanos();
    }

    @Override
    public void run() {
      // Tomcat uses its objects again; whoever calls this knows that the request is not over, and
      // the time of its start is asked all the same.
      if (request.getStartTimeNanos() == startedNanos) {
        request.action(ActionCode.CLOSE_NOW, new IOException("cut off"));
      }
    }
  }
}
