package io.carillon.tomcat;

import io.carillon.gateway.sse.Streams;
import io.carillon.node.Workers;
import io.carillon.transport.StreamOutput;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Offers requests for an event stream a {@link DirectStream}, and takes the connection over when
 * the resource has begun it. The resource knows nothing of that: to JAX-RS the request is one that
 * was suspended. TLS connections pass, and are carried by the Servlet API.
 */
final class DirectStreamFilter extends HttpFilter {
  private static final long serialVersionUID = 1L;

  private transient Workers workers; // set before the first request

  @Override
  public void init() {
    workers = CDI.current().select(Workers.class).get();
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!request.getMethod().equals("GET")
        || !Streams.isStream(request.getRequestURI())
        || DirectWebSocketFilter.isTls(request)) {
      chain.doFilter(request, response);
      return;
    }
    DirectStream stream = new DirectStream(response, workers);
    Suspended suspended = new Suspended(request, response);
    request.setAttribute(StreamOutput.ATTRIBUTE, stream);
    chain.doFilter(suspended, response);
    if (stream.isBegun()) {
      takeOver(stream, request, response);
    } else if (suspended.isAsyncStarted()) {
      throw new ServletException("a stream was neither begun nor refused");
    }
  }

  private static void takeOver(
      DirectStream stream, HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    stream.expectOpening();
    try {
      response.flushBuffer();
      // With its head sent, the response is no 101; all that happens is that Tomcat lets go.
      request.upgrade(DirectUpgrade.class).prepare(stream);
    } catch (IOException | ServletException | RuntimeException e) {
      stream.end();
      throw e;
    }
  }

  /**
   * A request that JAX-RS may suspend without Tomcat knowing: an asynchronous request cannot be
   * taken over. All that happens to it happens on the request's thread.
   */
  private static final class Suspended extends HttpServletRequestWrapper implements AsyncContext {
    private final ServletResponse response;
    private boolean started;

    Suspended(HttpServletRequest request, ServletResponse response) {
      super(request);
      this.response = response;
    }

    @Override
    public AsyncContext startAsync() {
      return startAsync(this, response);
    }

    @Override
    public AsyncContext startAsync(ServletRequest ofRequest, ServletResponse ofResponse) {
      started = true;
      return this;
    }

    @Override
    public boolean isAsyncStarted() {
      return started;
    }

    @Override
    public boolean isAsyncSupported() {
      return true;
    }

    @Override
    public AsyncContext getAsyncContext() {
      if (!started) {
        throw new IllegalStateException("not suspended");
      }
      return this;
    }

    @Override
    public void complete() {
      started = false;
    }

    @Override
    public ServletResponse getResponse() {
      return response;
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
      return true;
    }

    @Override
    public void addListener(AsyncListener listener) {
      // There is nothing to hear: it ends before the request's thread is done.
    }

    @Override
    public void addListener(
        AsyncListener listener, ServletRequest ofRequest, ServletResponse ofResponse) {
      // as above
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
      throw new ServletException("not here");
    }

    @Override
    public void setTimeout(long millis) {
      // there is none
    }

    @Override
    public long getTimeout() {
      return 0;
    }

    @Override
    public void start(Runnable task) {
      throw new IllegalStateException("not here");
    }

    @Override
    public void dispatch() {
      throw new IllegalStateException("not here");
    }

    @Override
    public void dispatch(String path) {
      dispatch();
    }

    @Override
    public void dispatch(ServletContext context, String path) {
      dispatch();
    }
  }
}
