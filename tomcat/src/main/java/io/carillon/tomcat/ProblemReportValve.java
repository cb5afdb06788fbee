package io.carillon.tomcat;

import io.carillon.json.Json;
import io.carillon.rest.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;

/**
 * Errors that Tomcat itself finds (a malformed request, a path that nothing serves), as problem
 * details (RFC 9457) in place of its page: no stack trace, no message of an exception, no version.
 */
public final class ProblemReportValve extends ErrorReportValve {

  @Override
  protected void report(Request request, Response response, Throwable failure) {
    int status = response.getStatus();
    // As in the class above: nothing for a success, for a body already begun, for a second error.
    if (status < HttpServletResponse.SC_BAD_REQUEST
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    byte[] body = Json.bytes(Problem.ofStatus(status).toJson());
    try {
      response.setContentType(Problem.MEDIA_TYPE);
      response.setContentLength(body.length);
      response.setHeader("Cache-Control", "no-store");
      response.getOutputStream().write(body);
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      // The client has gone, or the body has begun after all: there is nobody to report to.
      return;
    }
  }
}
