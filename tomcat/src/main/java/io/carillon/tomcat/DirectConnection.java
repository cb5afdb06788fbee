package io.carillon.tomcat;

import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** A connection that is taken over from Tomcat; see {@link DirectUpgrade}, which calls it. */
interface DirectConnection {

  /**
   * Gets the socket, once what the request was answered with is out.
   *
   * @throws IllegalStateException for a connector with TLS, which this cannot carry
   */
  void attach(SocketWrapperBase<?> socket);

  /** The connection is ours, with its socket attached. */
  void begin();

  /** Something has happened to the socket. */
  SocketState dispatch(SocketEvent event);

  /** The connection is over; Tomcat closes the socket by itself. */
  void end();

  /**
   * The channel itself, past Tomcat's objects, which are recycled.
   *
   * @throws IllegalStateException for a connector with TLS
   */
  static SocketChannel channelOf(SocketWrapperBase<?> socket) {
    if (!(socket.getSocket() instanceof NioChannel nio) || nio instanceof SecureNioChannel) {
      throw new IllegalStateException("only for plain NIO connectors");
    }
    return nio.getIOChannel();
  }
}
