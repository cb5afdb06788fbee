package io.carillon.transport;

import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.regex.Pattern;

/**
 * The other end of a request's TCP connection, and whether it is still there. A stream has no
 * answer that its client could give to a heartbeat, and what is written to a client that vanished
 * without a word goes to the kernel without complaint for a quarter of an hour. But TCP itself
 * knows, as it sends the heartbeat over and over and gets no acknowledgement: see {@link TcpTable}.
 * Immutable.
 *
 * <p>Behind a proxy, the other end is the proxy, which lives: then it is the proxy that must notice
 * that its client has gone, and end the request. Where a container or its filter puts the client's
 * address in the place of the proxy's, nobody is found lost.
 */
public final class TcpPeer {
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
  private static final Pattern V4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);

  private final String key; // null where the container tells no address

  private TcpPeer(String key) {
    this.key = key;
  }

  static TcpPeer of(ServletRequest request) {
    return of(request.getRemoteAddr(), request.getRemotePort(), request.getLocalPort());
  }

  /**
   * @param address an IP address as text; a name is never looked up, and nobody is lost there
   */
  static TcpPeer of(String address, int remotePort, int localPort) {
    boolean isAddress = address != null && (V4.matcher(address).matches() || address.contains(":"));
    if (!isAddress) {
      return new TcpPeer(null);
    }
    int scope = address.indexOf('%');
    try {
      byte[] bytes =
          InetAddress.getByName(scope < 0 ? address : address.substring(0, scope)).getAddress();
      return new TcpPeer(TcpTable.key(bytes, remotePort, localPort));
    } catch (UnknownHostException e) {
      return new TcpPeer(null);
    }
  }

  /**
   * Whether the other end of a socket has acknowledged nothing for long; see {@link
   * StreamOutput#isClientLost}. Any thread.
   *
   * @return false also where the socket is closed or the system does not tell
   */
  public static boolean isLost(SocketChannel socket) {
    try {
      return socket.getRemoteAddress() instanceof InetSocketAddress remote
          && socket.getLocalAddress() instanceof InetSocketAddress local
          && TcpTable.OF_THIS_SYSTEM.isLost(
              TcpTable.key(remote.getAddress().getAddress(), remote.getPort(), local.getPort()));
    } catch (IOException e) {
      return false; // it is closed
    }
  }

  /** Whether it has acknowledged nothing for long. False where the system does not tell. */
  boolean isLost() {
    return key != null && TcpTable.OF_THIS_SYSTEM.isLost(key);
  }
}
