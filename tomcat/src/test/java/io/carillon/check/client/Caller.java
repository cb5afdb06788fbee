package io.carillon.check.client;

import java.net.InetSocketAddress;

/**
 * Who calls which node.
 *
 * @param contextPath where the application is on the node's server; empty for the root
 * @param token a JWT, sent as a bearer token; empty for none
 */
public record Caller(
    InetSocketAddress node, String contextPath, String organization, String user, String token) {

  /** Of a node whose application is at the server's root. */
  public Caller(InetSocketAddress node, String organization, String user, String token) {
    this(node, "", organization, user, token);
  }

  /** The same caller at another node. */
  public Caller at(InetSocketAddress other) {
    return new Caller(other, contextPath, organization, user, token);
  }

  /** The same with something else to show. */
  public Caller showing(String otherToken) {
    return new Caller(node, contextPath, organization, user, otherToken);
  }

  /** The beginning of a request's head, up to what says who this is. */
  public String requestHead(String method, String path) {
    String head = method + ' ' + contextPath + path + " HTTP/1.1\r\nHost: " + host() + "\r\n";
    return token.isEmpty() ? head : head + "Authorization: Bearer " + token + "\r\n";
  }

  private String host() {
    return node.getHostString() + ":" + node.getPort();
  }
}
