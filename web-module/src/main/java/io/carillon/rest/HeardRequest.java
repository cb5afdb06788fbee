package io.carillon.rest;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request whose end is told once, also where the answer comes later, and by any of the ways there
 * are. Listening alone is not enough: a listener that is added after the chain may be too late,
 * since another thread may have answered by then; and Payara tells no listener of the end of a
 * request whose client has left, not even when it is completed afterwards.
 */
final class HeardRequest extends HttpServletRequestWrapper {
  private final End end;
  private volatile Heard answer; // null while nobody has said that the answer comes later

  /**
   * @param atEnd called once, on the thread that ends the request
   */
  HeardRequest(HttpServletRequest request, Runnable atEnd) {
    super(request);
    this.end = new End(atEnd);
  }

  /** The chain has returned: the end, unless the answer comes later. */
  void served() {
    if (answer == null) {
      end.now();
    }
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
    answer = new Heard(context, end);
    return answer;
  }

  @Override
  public AsyncContext getAsyncContext() {
    return answer == null ? super.getAsyncContext() : answer;
  }

  /** Tells of the end when it is completed from here, whatever the container does about it. */
  private record Heard(AsyncContext context, End end) implements AsyncContext {
    @Override
    public void complete() {
      if (end.isToldByContainer()) {
        return; // Jersey completes once more from its own listener, which Tomcat logs as a fault
      }
      try {
        context.complete();
      } finally {
        end.now();
      }
    }

    @Override
    public ServletRequest getRequest() {
      return context.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
      return context.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
      return context.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
      context.dispatch();
    }

    @Override
    public void dispatch(String path) {
      context.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext target, String path) {
      context.dispatch(target, path);
    }

    @Override
    public void start(Runnable task) {
      context.start(task);
    }

    @Override
    public void addListener(AsyncListener listener) {
      context.addListener(listener);
    }

    @Override
    public void addListener(
        AsyncListener listener, ServletRequest request, ServletResponse response) {
      context.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
      return context.createListener(type);
    }

    @Override
    public void setTimeout(long timeoutMillis) {
      context.setTimeout(timeoutMillis);
    }

    @Override
    public long getTimeout() {
      return context.getTimeout();
    }
  }

  /** The end of one request, which counts once. */
  private static final class End implements AsyncListener {
    private final Runnable atEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile boolean isToldByContainer;

    End(Runnable atEnd) {
      this.atEnd = atEnd;
    }

    void now() {
      if (ended.compareAndSet(false, true)) {
        atEnd.run();
      }
    }

    /** Whether the container has said that it is completed. */
    boolean isToldByContainer() {
      return isToldByContainer;
    }

    @Override
    public void onComplete(AsyncEvent event) {
      isToldByContainer = true;
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
