package io.carillon.check.client;

import java.net.InetSocketAddress;

/**
 * Who calls which node.
 *
 * @param token a JWT, sent as a bearer token
 */
public record Caller(InetSocketAddress node, String organization, String user, String token) {

  /** The same caller at another node. */
  public Caller at(InetSocketAddress other) {
    return new Caller(other, organization, user, token);
  }

  String host() {
    return node.getHostString() + ":" + node.getPort();
  }
}
