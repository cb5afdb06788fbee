package io.carillon.rest;

import io.carillon.application.Connections;
import io.carillon.application.OpenRequests;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Knows of every request from its beginning to its end, also where the answer comes later. While
 * the node drains, requests are answered as ever, but their connections are not kept: the next
 * request goes to another node. At the very end they are refused.
 */
@WebFilter(urlPatterns = "/api/*", asyncSupported = true)
public class OpenRequestsFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;

  @Inject transient OpenRequests requests;
  @Inject transient Connections connections;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (connections.isDraining()) {
      response.setHeader("Connection", "close");
    }
    if (!requests.begin()) {
      Problem.of(new RealtimeException(ErrorCode.DRAINING, "stopping")).writeTo(response);
      return;
    }
    HeardRequest heard = new HeardRequest(request, requests::end);
    try {
      chain.doFilter(heard, response);
    } finally {
      heard.served();
    }
  }
}
