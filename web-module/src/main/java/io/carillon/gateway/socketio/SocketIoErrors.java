package io.carillon.gateway.socketio;

import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import io.carillon.gateway.ErrorJson;
import io.carillon.hub.EncodedFrame;
import java.util.Optional;

/** Failures in this protocol's words. */
final class SocketIoErrors {
  /** The official server's word for it. */
  private static final String INVALID_NAMESPACE = "Invalid namespace";

  private SocketIoErrors() {}

  /** Whether a session ends for good: a client that came back by itself would fare no better. */
  static boolean isFinal(ErrorCode reason) {
    return switch (reason) {
      case UNAUTHENTICATED, TOKEN_EXPIRED, FORBIDDEN -> true;
      case NOT_FOUND,
          CONFLICT,
          RATE_LIMITED,
          TOO_LARGE,
          MALFORMED,
          ARCHIVED,
          SLOW_CONSUMER,
          OVERLOADED,
          DRAINING,
          INTERNAL ->
          false;
    };
  }

  /** The code as the message, which programs look at, and the rest beside it. */
  static EncodedFrame connectError(String namespace, RealtimeException reason) {
    return SocketIoCodec.connectError(
        namespace,
        reason.code().name(),
        out -> {
          out.writeObjectFieldStart("data");
          ErrorJson.writeMembers(reason, out);
          out.writeEndObject();
        });
  }

  static EncodedFrame invalidNamespace(String namespace) {
    return SocketIoCodec.connectError(namespace, INVALID_NAMESPACE, out -> {});
  }

  /** The event {@code error}, for what no event of the client has caused. */
  static EncodedFrame event(SocketIoNamespace namespace, ErrorCode reason) {
    return SocketIoCodec.event(
        namespace.wire(),
        "error",
        out -> ErrorJson.writeMembers(new RealtimeException(reason, ""), out),
        Optional.empty());
  }
}
