package io.carillon.gateway.socketio.engine;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Why a request is refused, in Engine.IO's own numbers and words. */
enum EngineError {
  TRANSPORT_UNKNOWN(0, "Transport unknown"),
  SESSION_UNKNOWN(1, "Session ID unknown"),
  BAD_HANDSHAKE_METHOD(2, "Bad handshake method"),
  BAD_REQUEST(3, "Bad request"),
  FORBIDDEN(4, "Forbidden"),
  UNSUPPORTED_VERSION(5, "Unsupported protocol version");

  private final int code;
  private final String message;

  EngineError(int code, String message) {
    this.code = code;
    this.message = message;
  }

  private int status() {
    return this == FORBIDDEN
        ? HttpServletResponse.SC_FORBIDDEN
        : HttpServletResponse.SC_BAD_REQUEST;
  }

  /** The body that clients can read: {@code {"code","message"}}. */
  byte[] json() {
    return ("{\"code\":" + code + ",\"message\":\"" + message + "\"}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Answers a request for polling. */
  void answer(HttpServletResponse response) throws IOException {
    answer(response, status());
  }

  /** Answers with another status than usual, as for a node that lets nobody in just now. */
  void answer(HttpServletResponse response, int status) throws IOException {
    byte[] body = json();
    response.setStatus(status);
    response.setContentType("application/json");
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** Refuses an upgrade, whose client reads no more than the text. */
  void refuseUpgrade(HttpServletResponse response) throws IOException {
    byte[] body = message.getBytes(StandardCharsets.US_ASCII);
    response.setStatus(status());
    response.setContentType("text/html");
    response.setHeader("Connection", "close");
    response.setHeader("Cache-Control", "no-store");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
