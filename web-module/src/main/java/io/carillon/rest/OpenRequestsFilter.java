package io.carillon.rest;

import io.carillon.application.Connections;
import io.carillon.application.OpenRequests;
import io.carillon.domain.error.ErrorCode;
import io.carillon.domain.error.RealtimeException;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
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
    Heard heard = new Heard(request, end);
    try {
      chain.doFilter(heard, response);
    } finally {
      if (!heard.isAnsweredLater) {
        end.now();
      }
    }
  }

  /**
   * Listens for the end from the very start of an asynchronous answer. After the chain it may be
   * too late: another thread may have answered by then, and nobody would be told of the end.
   */
  private static final class Heard extends HttpServletRequestWrapper {
    private final End end;
    private boolean isAnsweredLater;

    Heard(HttpServletRequest request, End end) {
      super(request);
      this.end = end;
    }

    @Override
    public AsyncContext startAsync() {
      return heard(super.startAsync());
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
      return heard(super.startAsync(request, response));
    }

    private AsyncContext heard(AsyncContext context) {
      context.addListener(end);
      isAnsweredLater = true;
      return context;
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
