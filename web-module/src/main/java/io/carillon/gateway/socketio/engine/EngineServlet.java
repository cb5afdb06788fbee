package io.carillon.gateway.socketio.engine;

import io.carillon.application.Failures;
import io.carillon.domain.error.RealtimeException;
import io.carillon.transport.ServletStreamOutput;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Polls and what clients send beside them: requests that the gate has let in. */
public final class EngineServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final byte[] OK = "ok".getBytes(StandardCharsets.US_ASCII);
  private static final String BINARY = "application/octet-stream";
  private static final int FIRST_BUFFER = 1_024;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!(request.getUserPrincipal() instanceof EngineVisit visit)) {
      EngineError.BAD_REQUEST.answer(response);
    } else if (visit.session().isEmpty()) {
      open(visit, request, response);
    } else if (request.getMethod().equals("POST")) {
      receive(visit, request, response);
    } else {
      poll(visit.session().get(), request);
    }
  }

  private static void open(
      EngineVisit visit, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    EngineSession session;
    try {
      session = visit.sessions().openPolling(visit.visitor());
    } catch (RuntimeException e) {
      RealtimeException reason = Failures.of(e);
      EngineError.FORBIDDEN.answer(response, reason.code().httpStatus());
      return;
    }
    poll(session, request);
  }

  private static void poll(EngineSession session, HttpServletRequest request) {
    AsyncContext context = request.startAsync();
    session.polling().poll(new ServletStreamOutput(context));
  }

  private static void receive(
      EngineVisit visit, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    EngineSession session = visit.session().orElseThrow();
    Polling polling = session.polling();
    String type = request.getContentType();
    if (!polling.beginReceiving() || (type != null && type.startsWith(BINARY))) {
      session.finish(); // a second one beside the first: their order could not be told
      EngineError.BAD_REQUEST.answer(response);
      return;
    }
    boolean well;
    try {
      int limit = visit.sessions().limits().maxPayloadBytes();
      byte[] body = read(request, limit);
      if (body.length > limit) {
        response.setHeader("Connection", "close");
        response.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
        session.finish();
        return;
      }
      well = polling.receive(body, body.length);
    } catch (IOException e) {
      session.finish(); // half of what the client said
      throw e;
    } finally {
      polling.endReceiving();
    }
    if (well) {
      response.setContentType("text/html");
      response.setHeader("Cache-Control", "no-store");
      response.setContentLength(OK.length);
      response.getOutputStream().write(OK);
    } else {
      EngineError.BAD_REQUEST.answer(response);
    }
  }

  /** The body; one byte more than the limit says that it is over it. */
  private static byte[] read(HttpServletRequest request, int limit) throws IOException {
    long announced = request.getContentLengthLong();
    if (announced > limit) {
      return new byte[limit + 1];
    }
    byte[] body = new byte[announced > 0 ? (int) announced : FIRST_BUFFER];
    int length = 0;
    InputStream in = request.getInputStream();
    while (length <= limit) {
      if (length == body.length) {
        if (length == announced) {
          break;
        }
        body = Arrays.copyOf(body, Math.min(2 * length, limit + 1));
      }
      int read = in.read(body, length, body.length - length);
      if (read < 0) {
        break;
      }
      length += read;
    }
    return length == body.length ? body : Arrays.copyOf(body, length);
  }
}
