package io.carillon.rest;

import io.carillon.application.Connections;
import io.carillon.application.OpenRequests;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

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
    End end = new End();
    try {
      chain.doFilter(request, response);
    } finally {
      if (!request.isAsyncStarted() || !isHeardOf(request, end)) {
        end.now();
      }
    }
  }

  private static boolean isHeardOf(HttpServletRequest request, End end) {
    try {
      request.getAsyncContext().addListener(end);
      return true;
    } catch (IllegalStateException e) {
      return false; // it has been answered meanwhile, by another thread
    }
  }

  /** The end of one request, which counts once. */
  private final class End implements AsyncListener {
    private final AtomicBoolean ended = new AtomicBoolean();

    void now() {
      if (ended.compareAndSet(false, true)) {
        requests.end();
      }
    }

    @Override
    public void onComplete(AsyncEvent event) {
      now();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {
      now();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this); // a new cycle forgets its listeners
    }
  }
}
