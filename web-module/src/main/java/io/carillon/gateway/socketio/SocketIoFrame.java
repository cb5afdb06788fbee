package io.carillon.gateway.socketio;

import io.carillon.gateway.ClientFrame;
import java.util.List;
import java.util.OptionalLong;

/** What a client may send. */
record SocketIoFrame(
    Type type, int attachments, String namespace, OptionalLong ackId, Object payload) {

  /** The types of packets, in the order of their numbers. */
  enum Type {
    CONNECT,
    DISCONNECT,
    EVENT,
    ACK,
    CONNECT_ERROR,
    BINARY_EVENT,
    BINARY_ACK;

    static final List<Type> ALL = List.of(values());

    boolean hasAttachments() {
      return this == BINARY_EVENT || this == BINARY_ACK;
    }
  }

  /** One step of a session: something asked for, or the end. */
  sealed interface Step {
    boolean mayWait();

    record Request(ClientFrame frame) implements Step {
      @Override
      public boolean mayWait() {
        return frame.mayWait();
      }
    }

    record Leave() implements Step {
      @Override
      public boolean mayWait() {
        return false;
      }
    }
  }
}
