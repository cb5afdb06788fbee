package io.carillon.rest;

import io.carillon.security.ClientAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/** What is true of a request on the client's side of the proxies. Any thread. */
@ApplicationScoped
public class ClientFacts {
  private final ClientAddress addresses;

  protected ClientFacts() { // for the client proxy
    this.addresses = null;
  }

  @Inject
  public ClientFacts(ClientAddress addresses) {
    this.addresses = addresses;
  }

  /** The client's network address, for limits. */
  public String addressOf(HttpServletRequest request) {
    return addresses.of(request.getRemoteAddr(), headers(request, "X-Forwarded-For"));
  }

  /** {@code http} or {@code https}, as the browser sees it. */
  public String schemeOf(HttpServletRequest request) {
    if (addresses.isProxy(request.getRemoteAddr())) {
      List<String> forwarded = headers(request, "X-Forwarded-Proto");
      // The last one is the word of the proxy that we know.
      String scheme = forwarded.isEmpty() ? "" : forwarded.get(forwarded.size() - 1).strip();
      if (scheme.equals("http") || scheme.equals("https")) {
        return scheme;
      }
    }
    return request.getScheme();
  }

  static List<String> headers(HttpServletRequest request, String name) {
    return Collections.list(request.getHeaders(name));
  }
}
